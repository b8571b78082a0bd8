// What becomes of the sums of a product; for `matvec` and `matmul`, which include the weights' format.

override CELLS: u32;
override OUTPUT: u32;

const ACCUMULATE: u32 = 1u;
const GATED: u32 = 2u;
const STEP_TOKENS: u32 = 64u;
// The place of the gated rows' maxima in `row_max`.
const GATED_MAX: u32 = 1u;

struct Shard {
    first_row: u32,
    rows: u32,
    output_stride: u32,
    reserved: u32,
}

@group(0) @binding(2) var<storage, read> tables: array<u32>;
// The packed scale of a row and its bias, Q14.16.
@group(0) @binding(4) var<storage, read> scales: array<vec2<u32>>;
@group(0) @binding(5) var<storage, read_write> output: array<i32>;
@group(0) @binding(6) var<storage, read_write> row_max: array<atomic<u32>>;
@group(0) @binding(7) var<uniform> shard: Shard;

fn dot_cell(x: vec4<u32>, w: vec4<u32>) -> i32 {
    return dot4I8Packed(x.x, w.x) + dot4I8Packed(x.y, w.y) + dot4I8Packed(x.z, w.z) + dot4I8Packed(x.w, w.w);
}

fn rounded(total: i32, scale: RowScale, row: u32) -> i32 {
    let weight = unpack_scale(scales[row].x);
    let multiplier = i32(scale.mantissa * weight.mantissa);
    let value = requantise(total, multiplier, weight.bits + 15u - scale.bits);
    return capped(add_fixed(value, bitcast<i32>(scales[row].y)));
}

fn emit(token: u32, row: u32, value: i32) {
    let index = token * shard.output_stride + shard.first_row + row;
    if (OUTPUT == ACCUMULATE) {
        output[index] = add_fixed(output[index], value);
    } else {
        output[index] = value;
    }
}

// Rows come in pairs of a gate (even) and its up.
fn emit_gated(token: u32, row: u32, gate: i32, up: i32) {
    let value = gated(gate, up);
    output[token * shard.output_stride + (shard.first_row + row) / 2u] = value;
    atomicMax(&row_max[GATED_MAX * STEP_TOKENS + token], u32(abs(value)));
}
