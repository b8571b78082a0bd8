//! int8 matrix times few rows, which the kernel prepares itself: one dispatch from the residual stream to a product.

#[cfg(test)]
mod tests;

use crate::{
    Gpu, Kernel, KernelError, Recipe,
    matmul::Rows,
    product::{self, Shape, Source},
    shader,
};

/// Rows of weights that one workgroup computes.
pub const ROWS_PER_WORKGROUP: u32 = 32;
/// Bytes of the workgroup's memory beside the codes of one row.
const OTHER_BYTES: u32 = 2048;
/// Threads of one workgroup.
const THREADS: u32 = 256;

/// Whether the adapter's workgroups have room for a row of `columns` codes.
pub fn fits(limits: &wgpu::Limits, columns: u32) -> bool {
    limits.max_compute_workgroup_storage_size >= columns + OTHER_BYTES
        && limits.max_compute_invocations_per_workgroup >= THREADS
}

/// Workgroups for a number of rows and tokens.
pub fn workgroups(rows: u32, tokens: u32) -> [u32; 2] {
    [rows.div_ceil(ROWS_PER_WORKGROUP), tokens]
}

/// The kernel. Bindings: input, norm weights (read where the source is normed), tables, weights, scales, output,
/// row_max, shard, group scales (int4 only).
pub fn recipe(shape: Shape) -> Recipe {
    let mut sources = product::sources(shape);
    let mut constants = shape.constants();
    match shape.source {
        Source::Given => sources.push(include_str!("given.wgsl")),
        Source::Scaled(slot) => {
            sources.push(include_str!("scaled.wgsl"));
            constants.push(("MAX_SLOT", slot as u32));
        }
        Source::Normed { epsilon } => {
            sources.extend([shader::NORM, shader::ROW_NORM, include_str!("normed.wgsl")]);
            constants.push(("WIDTH", shape.columns));
            constants.push(("EPSILON_LOW", epsilon as u32));
            constants.push(("EPSILON_HIGH", (epsilon >> 32) as u32));
        }
    }
    sources.push(include_str!("matvec.wgsl"));
    Recipe::new("matvec", &sources, &constants, &product::bindings(shape))
}

/// Runs the kernel and its twin on vectors of `seed`.
pub fn self_test(gpu: &Gpu, kernel: &Kernel, shape: Shape, seed: u64) -> Result<(), KernelError> {
    product::self_test(gpu, kernel, shape, (Rows::All, &workgroups), seed)
}
