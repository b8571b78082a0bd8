// Activations of the feed-forward block, element by element. Needs `tables`.

override ACTIVATION: u32;

const LOG2_E_Q29: i32 = 774541002;
const GELU_ENTRIES: u32 = 1025u;

fn silu(g: i32) -> i32 {
    let y = requantise(abs(g), LOG2_E_Q29, 29u);
    let e = exp2_negative_q30(u32(y));
    let denominator = ((1u << 30u) + e + (1u << 14u)) >> 15u;
    let sigmoid = 0x80000000u / denominator;
    let product = requantise(g, i32(sigmoid), 16u);
    return select(product, requantise(product, i32(e), 30u), g < 0);
}

// A value times a share from the table that begins at `table`.
fn gelu(x: i32, table: u32) -> i32 {
    let magnitude = u32(abs(x));
    let index = min(magnitude >> 9u, GELU_ENTRIES - 2u);
    let left = tables[table + index];
    let slope = tables[table + index + 1u] - left;
    let between = left + ((slope * (magnitude & 511u)) >> 9u);
    let share = select(between, 1u << 30u, (magnitude >> 9u) >= GELU_ENTRIES - 1u);
    return requantise(x, i32(select(share, (1u << 30u) - share, x < 0)), 30u);
}

fn gated(gate: i32, up: i32) -> i32 {
    var activated = 0;
    if (ACTIVATION == 0u) {
        activated = silu(gate);
    } else {
        activated = gelu(gate, GELU_OFFSET + (ACTIVATION - 1u) * GELU_ENTRIES);
    }
    return requantise(activated, up, 16u);
}
