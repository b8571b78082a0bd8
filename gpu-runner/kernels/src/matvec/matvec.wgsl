// Purpose: int8 or int4 matrix times few rows that this kernel prepares itself (RMSNorm, quantisation), one rounding an output; stored, added to the residual stream, or gated.
// In/out: input (given: [tokens][CELLS + 1] x 16 codes, the last cell the row scale; else [tokens][16 * CELLS], Q14.16); norm_weights; tables; weights [rows][CELLS] x 16 codes, int8 or int4; scales and biases [rows]; output [tokens][output_stride], Q14.16; row_max [2][64].
// Dispatch: (ceil(rows / 32), tokens, 1); 8 lanes share one row of weights.
// Bounds: 16 * CELLS codes fit the workgroup's memory beside 2 KiB; weight shift 16 to 48; even rows where gated; a shard holds at most 2,097,120 rows.
// Class: bit-exact.

const THREADS: u32 = 256u;

var<workgroup> codes: array<vec4<u32>, CELLS>;
var<workgroup> partial_sums: array<i32, 256>;
var<workgroup> values: array<i32, 32>;

@compute @workgroup_size(256)
fn matvec(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let scale = prepare(group.y, local);
    let lane = local & 7u;
    let first_row = group.x * 32u;
    let row = first_row + (local >> 3u);
    var sum = 0;
    if (row < shard.rows) {
        for (var cell = lane; cell < CELLS; cell += 8u) {
            sum += dot_cell(codes[cell], weight_cell(row, cell)) * group_scale(row, cell);
        }
    }
    partial_sums[local] = sum;
    workgroupBarrier();
    if (lane == 0u && row < shard.rows) {
        var total = 0;
        for (var i = 0u; i < 8u; i += 1u) {
            total += partial_sums[local + i];
        }
        values[local >> 3u] = rounded(total, scale, row);
    }
    workgroupBarrier();
    if (OUTPUT == GATED) {
        let pair = first_row + 2u * local;
        if (local < 16u && pair < shard.rows) {
            emit_gated(group.y, pair, values[2u * local], values[2u * local + 1u]);
        }
    } else if (local < 32u && first_row + local < shard.rows) {
        emit(group.y, first_row + local, values[local]);
    }
}
