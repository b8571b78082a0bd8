// Purpose: dynamic int8 quantisation of fixed-point rows.
// In/out: input [tokens][WIDTH], Q14.16; output [tokens][WIDTH/4 + 4] words: codes, the row scale, three zeros.
// Dispatch: (1, tokens, 1); one workgroup a row.
// Bounds: WIDTH a multiple of 16; |input| <= 2^30 - 1.
// Class: bit-exact.

override WIDTH: u32;

@group(0) @binding(0) var<storage, read> input: array<vec4<i32>>;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;

var<workgroup> row_max: atomic<u32>;

@compute @workgroup_size(64)
fn quantise(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let words = WIDTH / 4u;
    if (local == 0u) {
        atomicStore(&row_max, 0u);
    }
    workgroupBarrier();
    var largest = 0u;
    for (var word = local; word < words; word += 64u) {
        largest = max(largest, largest_magnitude(input[group.y * words + word]));
    }
    atomicMax(&row_max, largest);
    workgroupBarrier();
    let scale = row_scale_of(atomicLoad(&row_max));
    let base = group.y * (words + 4u);
    for (var word = local; word < words; word += 64u) {
        output[base + word] = quantise_four(input[group.y * words + word], scale);
    }
    if (local < 4u) {
        output[base + words + local] = select(0u, pack_scale(scale), local == 0u);
    }
}
