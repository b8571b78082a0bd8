// Purpose: dynamic int8 quantisation of fixed-point rows whose largest magnitudes are known.
// In/out: input [tokens][WIDTH], Q14.16; row_max [2][64]; output [tokens][WIDTH/4 + 4] words: codes, the row scale, three zeros.
// Dispatch: (1, tokens, 1); one workgroup a row.
// Bounds: WIDTH a multiple of 16; |input| <= 2^30 - 1.
// Class: bit-exact.

override WIDTH: u32;
override MAX_SLOT: u32;

@group(0) @binding(0) var<storage, read> input: array<vec4<i32>>;
@group(0) @binding(1) var<storage, read> row_max: array<u32>;
@group(0) @binding(2) var<storage, read_write> output: array<u32>;

@compute @workgroup_size(64)
fn quantise(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let words = WIDTH / 4u;
    let scale = row_scale_of(row_max[MAX_SLOT * 64u + group.y]);
    let base = group.y * (words + 4u);
    for (var word = local; word < words; word += 64u) {
        output[base + word] = quantise_four(input[group.y * words + word], scale);
    }
    if (local < 4u) {
        output[base + words + local] = select(0u, pack_scale(scale), local == 0u);
    }
}
