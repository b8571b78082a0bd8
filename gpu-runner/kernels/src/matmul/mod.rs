//! int8 matrix times many quantised rows, in tiles: a weight is read once for all rows of a tile.

#[cfg(test)]
mod tests;

use crate::{
    Gpu, Kernel, KernelError, Recipe,
    product::{self, Shape},
    shader,
};

/// Rows of weights of one tile.
pub const ROWS_PER_WORKGROUP: u32 = 64;
/// Tokens of a tile that pipelines are made for.
pub const TILES: [u32; 2] = [16, 64];

/// The place in [`TILES`] of the smallest tile that takes so many rows; the last one for more.
pub fn tile_for(rows: u32) -> usize {
    TILES.iter().position(|tile| *tile >= rows).unwrap_or(TILES.len() - 1)
}

/// Which rows of the step a product takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rows {
    /// All.
    All,
    /// Those whose logits are wanted.
    Wanted,
}

/// Workgroups for a number of rows and tokens.
pub fn workgroups(tile: u32, rows: u32, tokens: u32) -> [u32; 2] {
    [rows.div_ceil(ROWS_PER_WORKGROUP), tokens.div_ceil(tile)]
}

/// The kernel for tiles of `tile` tokens (16 or 64); the source of the shape is [`product::Source::Given`].
/// Bindings: input, step, tables, weights, scales, output, row_max, shard, group scales (int4 only).
pub fn recipe(shape: Shape, tile: u32, rows: Rows) -> Recipe {
    let mut sources = product::sources(shape);
    sources.extend([shader::STEP, include_str!("matmul.wgsl")]);
    let mut constants = shape.constants();
    constants.push(("THREADS", 4 * tile));
    constants.push(("WANTED", u32::from(rows == Rows::Wanted)));
    Recipe::new("matmul", &sources, &constants, &product::bindings(shape))
}

/// Runs the kernel for tiles of so many tokens and these rows, and its twin, on vectors of `seed`.
pub fn self_test(
    gpu: &Gpu,
    kernel: &Kernel,
    shape: Shape,
    (tile, rows): (u32, Rows),
    seed: u64,
) -> Result<(), KernelError> {
    let workgroups = |rows, tokens| workgroups(tile, rows, tokens);
    product::self_test(gpu, kernel, shape, (rows, &workgroups), seed)
}
