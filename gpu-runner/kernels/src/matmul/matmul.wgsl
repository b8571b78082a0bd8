// Purpose: int8 or int4 matrix times many quantised rows, tile by tile, so that a weight is read once for all rows of a tile; one rounding an output; stored, added or gated.
// In/out: input [tokens][CELLS + 1] x 16 codes, the last cell the row scale; step; tables; weights [rows][CELLS] x 16 codes, int8 or int4; scales and biases [rows]; output [tokens][output_stride], Q14.16; row_max [2][64].
// Dispatch: (ceil(rows / 64), ceil(tokens / (THREADS / 4)), 1); a thread has 4 rows of weights and 4 tokens.
// Bounds: THREADS a multiple of 16, 64 to 256; weight shift 16 to 48; even rows where gated; a shard holds at most 4,194,240 rows.
// Class: bit-exact.

override THREADS: u32;
// 1: the rows of the step whose logits are wanted, else all.
override WANTED: u32;

@group(0) @binding(0) var<storage, read> input: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> step: Step;

// Four cells of each token of the tile, then of each row: [cell][token], [cell][row].
var<workgroup> token_cells: array<vec4<u32>, THREADS>;
var<workgroup> row_cells: array<vec4<u32>, 256>;
var<workgroup> cell_scales: array<i32, 256>;

fn load_cells(first_row: u32, first_token: u32, tokens: u32, base: u32, local: u32) {
    let tile = THREADS / 4u;
    let token = first_token + (local >> 2u);
    let token_cell = base + (local & 3u);
    var x = vec4<u32>(0u);
    if (token < tokens && token_cell < CELLS) {
        x = input[token * (CELLS + 1u) + token_cell];
    }
    token_cells[(local & 3u) * tile + (local >> 2u)] = x;
    for (var i = local; i < 256u; i += THREADS) {
        let row = first_row + (i >> 2u);
        let cell = base + (i & 3u);
        var w = vec4<u32>(0u);
        var scale = 0;
        if (row < shard.rows && cell < CELLS) {
            w = weight_cell(row, cell);
            scale = group_scale(row, cell);
        }
        row_cells[(i & 3u) * 64u + (i >> 2u)] = w;
        cell_scales[(i & 3u) * 64u + (i >> 2u)] = scale;
    }
}

// Products of one token's cell with those of the four rows from `at` on.
fn dot_rows(x: vec4<u32>, at: u32) -> vec4<i32> {
    let products = vec4<i32>(
        dot_cell(x, row_cells[at]),
        dot_cell(x, row_cells[at + 1u]),
        dot_cell(x, row_cells[at + 2u]),
        dot_cell(x, row_cells[at + 3u]),
    );
    if (GROUP == 0u) {
        return products;
    }
    let scales = vec4<i32>(
        cell_scales[at],
        cell_scales[at + 1u],
        cell_scales[at + 2u],
        cell_scales[at + 3u],
    );
    return products * scales;
}

fn emit_four(token: u32, row: u32, sums: vec4<i32>) {
    let scale = unpack_scale(input[token * (CELLS + 1u) + CELLS].x);
    for (var i = 0u; i < 4u; i += 2u) {
        if (row + i < shard.rows) {
            let even = rounded(sums[i], scale, row + i);
            if (OUTPUT == GATED) {
                emit_gated(token, row + i, even, rounded(sums[i + 1u], scale, row + i + 1u));
            } else {
                emit(token, row + i, even);
                if (row + i + 1u < shard.rows) {
                    emit(token, row + i + 1u, rounded(sums[i + 1u], scale, row + i + 1u));
                }
            }
        }
    }
}

@compute @workgroup_size(THREADS)
fn matmul(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let tile = THREADS / 4u;
    let tokens = select(step.tokens, step.wanted, WANTED == 1u);
    let first_token = group.y * tile;
    let first_row = group.x * 64u;
    let four_tokens = (local >> 4u) * 4u;
    let four_rows = (local & 15u) * 4u;
    var s0 = vec4<i32>(0);
    var s1 = vec4<i32>(0);
    var s2 = vec4<i32>(0);
    var s3 = vec4<i32>(0);
    for (var base = 0u; base < CELLS; base += 4u) {
        load_cells(first_row, first_token, tokens, base, local);
        workgroupBarrier();
        for (var cell = 0u; cell < 4u; cell += 1u) {
            let x = cell * tile + four_tokens;
            let w = cell * 64u + four_rows;
            s0 += dot_rows(token_cells[x], w);
            s1 += dot_rows(token_cells[x + 1u], w);
            s2 += dot_rows(token_cells[x + 2u], w);
            s3 += dot_rows(token_cells[x + 3u], w);
        }
        workgroupBarrier();
    }
    let token = first_token + four_tokens;
    let row = first_row + four_rows;
    if (token < tokens) {
        emit_four(token, row, s0);
    }
    if (token + 1u < tokens) {
        emit_four(token + 1u, row, s1);
    }
    if (token + 2u < tokens) {
        emit_four(token + 2u, row, s2);
    }
    if (token + 3u < tokens) {
        emit_four(token + 3u, row, s3);
    }
}
