// int8 weights: `weights` [rows][CELLS] x 16 codes.

// Columns that share a group scale; 0 for none.
const GROUP: u32 = 0u;

@group(0) @binding(3) var<storage, read> weights: array<vec4<u32>>;

fn weight_cell(row: u32, cell: u32) -> vec4<u32> {
    return weights[row * CELLS + cell];
}

fn group_scale(row: u32, cell: u32) -> i32 {
    return 1;
}
