// Purpose: RMSNorm of rows, added to the residual stream: the norm behind a block.
// In/out: input [tokens][WIDTH] and norm_weights [WIDTH], Q14.16; tables; residual [tokens][WIDTH], Q14.16.
// Dispatch: (1, tokens, 1); one workgroup a row.
// Bounds: WIDTH a multiple of 4, at most 2^16, so that the sum of 30-bit squares stays below 2^47.
// Class: bit-exact.

const THREADS: u32 = 64u;

@group(0) @binding(0) var<storage, read> input: array<vec4<i32>>;
@group(0) @binding(1) var<storage, read> norm_weights: array<vec4<i32>>;
@group(0) @binding(2) var<storage, read> tables: array<u32>;
@group(0) @binding(3) var<storage, read_write> residual: array<i32>;

@compute @workgroup_size(64)
fn add_norm(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let norm = norm_of_row(group.y, local);
    for (var word = local; word < WIDTH / 4u; word += THREADS) {
        let values = normalised(group.y, word, norm);
        for (var i = 0u; i < 4u; i += 1u) {
            let index = group.y * WIDTH + word * 4u + i;
            residual[index] = add_fixed(residual[index], values[i]);
        }
    }
}
