// Purpose: int8 matrix times quantised rows, one rounding an output; plain or added to the residual stream.
// In/out: activations [tokens][COLUMNS/16 + 1] x 16 codes, the last cell the row scale; weights [rows][COLUMNS] codes; scales [rows]; output [tokens][output_stride], Q14.16.
// Dispatch: (ceil(rows / 8), tokens, 1); 8 lanes share one row of weights.
// Bounds: COLUMNS a multiple of 16, at most 131,071; weight shift 16 to 48; a shard holds at most 524,280 rows.
// Class: bit-exact.

override COLUMNS: u32;
override ACCUMULATE: u32;

struct Shard {
    first_row: u32,
    rows: u32,
    output_stride: u32,
    reserved: u32,
}

@group(0) @binding(0) var<storage, read> activations: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> weights: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> scales: array<u32>;
@group(0) @binding(3) var<storage, read_write> output: array<i32>;
@group(0) @binding(4) var<uniform> shard: Shard;

var<workgroup> partial_sums: array<i32, 64>;

@compute @workgroup_size(64)
fn matvec(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let lane = local & 7u;
    let row = group.x * 8u + (local >> 3u);
    let cells = COLUMNS / 16u;
    let activation_base = group.y * (cells + 1u);
    var sum = 0;
    if (row < shard.rows) {
        let weight_base = row * cells;
        for (var cell = lane; cell < cells; cell += 8u) {
            let x = activations[activation_base + cell];
            let w = weights[weight_base + cell];
            sum += dot4I8Packed(x.x, w.x) + dot4I8Packed(x.y, w.y);
            sum += dot4I8Packed(x.z, w.z) + dot4I8Packed(x.w, w.w);
        }
    }
    partial_sums[local] = sum;
    workgroupBarrier();
    if (lane == 0u && row < shard.rows) {
        var total = 0;
        for (var i = 0u; i < 8u; i += 1u) {
            total += partial_sums[local + i];
        }
        let scale = unpack_scale(activations[activation_base + cells].x);
        let weight = unpack_scale(scales[row]);
        let multiplier = i32(scale.mantissa * weight.mantissa);
        let value = requantise(total, multiplier, weight.bits + 15u - scale.bits);
        let index = group.y * shard.output_stride + shard.first_row + row;
        if (ACCUMULATE == 1u) {
            output[index] = add_fixed(output[index], value);
        } else {
            output[index] = value;
        }
    }
}
