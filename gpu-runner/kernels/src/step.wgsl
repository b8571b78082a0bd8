// For kernels that bind `step`: the tokens of the step, the rows whose logits are wanted, and page numbers.

struct Token {
    id: u32,
    position: u32,
    // Where the page numbers of its sequence begin in `pages`.
    pages: u32,
    // Row of the cache for its key and value: page * PAGE + place in the page.
    slot: u32,
}

struct Step {
    tokens: u32,
    wanted: u32,
    reserved_a: u32,
    reserved_b: u32,
    rows: array<Token, 64>,
    chosen: array<u32, 64>,
    pages: array<u32>,
}
