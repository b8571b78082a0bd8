// Purpose: embedding rows of the step's tokens into the residual stream.
// In/out: step; weights [rows][WIDTH] codes of this shard; scales and biases [rows]; residual [tokens][WIDTH], Q14.16.
// Dispatch: (1, tokens, 1); a token outside the shard is left to another shard's dispatch.
// Bounds: WIDTH a multiple of 4; at most 64 tokens a step; weight shift 16 to 48; factor shift 6 to 14.
// Class: bit-exact.

override WIDTH: u32;
// What multiplies the embedding: FACTOR_MANTISSA * 2^-FACTOR_SHIFT.
override FACTOR_MANTISSA: u32;
override FACTOR_SHIFT: u32;

struct Shard {
    first_row: u32,
    rows: u32,
    output_stride: u32,
    reserved: u32,
}

@group(0) @binding(0) var<storage, read> step: Step;
@group(0) @binding(1) var<storage, read> weights: array<u32>;
@group(0) @binding(2) var<storage, read> scales: array<vec2<u32>>;
@group(0) @binding(3) var<storage, read_write> residual: array<i32>;
@group(0) @binding(4) var<uniform> shard: Shard;

@compute @workgroup_size(64)
fn embed(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let id = step.rows[group.y & 63u].id;
    if (id >= shard.first_row && id - shard.first_row < shard.rows) {
        let row = id - shard.first_row;
        let scale = unpack_scale(scales[row].x);
        let multiplier = i32(scale.mantissa * FACTOR_MANTISSA);
        let shift = scale.bits - 16u + FACTOR_SHIFT;
        for (var word = local; word < WIDTH / 4u; word += 64u) {
            let codes = unpack_codes(weights[row * (WIDTH / 4u) + word]) * 127;
            for (var i = 0u; i < 4u; i += 1u) {
                let value = requantise(codes[i], multiplier, shift);
                residual[group.y * WIDTH + word * 4u + i] = value;
            }
        }
    }
}
