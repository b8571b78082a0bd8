// Purpose: silu(gate) * up, then dynamic int8 quantisation.
// In/out: gate_up [tokens][2 * WIDTH], Q14.16, the gate half is overwritten by the product; tables; output [tokens][WIDTH/4 + 4] words: codes, the row scale, three zeros.
// Dispatch: (1, tokens, 1); one workgroup a row.
// Bounds: WIDTH a multiple of 16; |gate|, |up| <= 2^30 - 1.
// Class: bit-exact.

override WIDTH: u32;

@group(0) @binding(0) var<storage, read_write> gate_up: array<vec4<i32>>;
@group(0) @binding(1) var<storage, read> tables: array<u32>;
@group(0) @binding(2) var<storage, read_write> output: array<u32>;

const LOG2_E_Q29: i32 = 774541002;

var<workgroup> row_max: atomic<u32>;

fn silu(g: i32) -> i32 {
    let y = requantise(abs(g), LOG2_E_Q29, 29u);
    let e = exp2_negative_q30(u32(y));
    let denominator = ((1u << 30u) + e + (1u << 14u)) >> 15u;
    let sigmoid = 0x80000000u / denominator;
    let product = requantise(g, i32(sigmoid), 16u);
    return select(product, requantise(product, i32(e), 30u), g < 0);
}

@compute @workgroup_size(64)
fn swiglu(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let words = WIDTH / 4u;
    let row = group.y * 2u * words;
    if (local == 0u) {
        atomicStore(&row_max, 0u);
    }
    workgroupBarrier();
    var largest = 0u;
    for (var word = local; word < words; word += 64u) {
        let gate = gate_up[row + word];
        let up = gate_up[row + words + word];
        var product: vec4<i32>;
        for (var i = 0u; i < 4u; i += 1u) {
            product[i] = requantise(silu(gate[i]), up[i], 16u);
        }
        gate_up[row + word] = product;
        largest = max(largest, largest_magnitude(product));
    }
    atomicMax(&row_max, largest);
    workgroupBarrier();
    let scale = row_scale_of(atomicLoad(&row_max));
    let base = group.y * (words + 4u);
    for (var word = local; word < words; word += 64u) {
        output[base + word] = quantise_four(gate_up[row + word], scale);
    }
    if (local < 4u) {
        output[base + words + local] = select(0u, pack_scale(scale), local == 0u);
    }
}
