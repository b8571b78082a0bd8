// int4 weights: `weights` [rows][CELLS] x 16 codes, the even column in the lower half of a byte; `group_scales`
// [rows][16 * CELLS / GROUP] bytes.

// Columns that share a group scale.
override GROUP: u32;

@group(0) @binding(3) var<storage, read> weights: array<vec2<u32>>;
@group(0) @binding(8) var<storage, read> group_scales: array<u32>;

// The four codes of 16 bits as bytes: halves are spread, then the sign of each is carried up.
fn spread(halves: u32) -> u32 {
    let pairs = (halves | (halves << 8u)) & 0x00ff00ffu;
    let codes = (pairs | (pairs << 4u)) & 0x0f0f0f0fu;
    return codes | ((codes & 0x08080808u) * 30u);
}

fn weight_cell(row: u32, cell: u32) -> vec4<u32> {
    let w = weights[row * CELLS + cell];
    return vec4<u32>(
        spread(w.x & 0xffffu),
        spread(w.x >> 16u),
        spread(w.y & 0xffffu),
        spread(w.y >> 16u),
    );
}

fn group_scale(row: u32, cell: u32) -> i32 {
    let index = row * (CELLS * 16u / GROUP) + cell * 16u / GROUP;
    return i32((group_scales[index >> 2u] >> (((index & 3u) * 8u) & 31u)) & 0xffu);
}
