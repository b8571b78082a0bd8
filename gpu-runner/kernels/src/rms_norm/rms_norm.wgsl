// Purpose: RMSNorm of residual rows, then dynamic int8 quantisation.
// In/out: step; input [tokens][WIDTH] and norm_weights [WIDTH], Q14.16; tables; output [rows][WIDTH/4 + 4] words: codes, the row scale, three zeros.
// Dispatch: (1, rows, 1); one workgroup a row: of every token, or of those whose logits are wanted.
// Bounds: WIDTH a multiple of 16, at most 2^16, so that the sum of 30-bit squares stays below 2^47.
// Class: bit-exact.

const THREADS: u32 = 64u;

// 1: the rows of the step whose logits are wanted, else all.
override WANTED: u32;

@group(0) @binding(0) var<storage, read> step: Step;
@group(0) @binding(1) var<storage, read> input: array<vec4<i32>>;
@group(0) @binding(2) var<storage, read> norm_weights: array<vec4<i32>>;
@group(0) @binding(3) var<storage, read> tables: array<u32>;
@group(0) @binding(4) var<storage, read_write> output: array<u32>;

var<workgroup> output_max: atomic<u32>;

@compute @workgroup_size(64)
fn rms_norm(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let words = WIDTH / 4u;
    var row = group.y;
    if (WANTED == 1u) {
        row = step.chosen[group.y & 63u];
    }
    if (local == 0u) {
        atomicStore(&output_max, 0u);
    }
    let norm = norm_of_row(row, local);
    var largest = 0u;
    for (var word = local; word < words; word += THREADS) {
        largest = max(largest, largest_magnitude(normalised(row, word, norm)));
    }
    atomicMax(&output_max, largest);
    workgroupBarrier();
    let scale = row_scale_of(atomicLoad(&output_max));
    let base = group.y * (words + 4u);
    for (var word = local; word < words; word += THREADS) {
        output[base + word] = quantise_four(normalised(row, word, norm), scale);
    }
    if (local < 4u) {
        output[base + words + local] = select(0u, pack_scale(scale), local == 0u);
    }
}
