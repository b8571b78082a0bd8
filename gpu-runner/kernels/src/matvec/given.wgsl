// Rows that are quantised already.

@group(0) @binding(0) var<storage, read> input: array<vec4<u32>>;

fn prepare(token: u32, local: u32) -> RowScale {
    let base = token * (CELLS + 1u);
    for (var cell = local; cell < CELLS; cell += THREADS) {
        codes[cell] = input[base + cell];
    }
    workgroupBarrier();
    return unpack_scale(input[base + CELLS].x);
}
