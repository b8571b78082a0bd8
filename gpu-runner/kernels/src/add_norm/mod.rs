//! RMSNorm of the rows that a block made, added to the residual stream.

mod reference;
#[cfg(test)]
mod tests;

use crate::{Access, Gpu, Kernel, KernelError, Recipe, Vectors, shader, tables};

pub use reference::reference;

/// Constants of one pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Width of a row, a multiple of 16.
    pub width: u32,
    /// `round(eps * width * 2^32)`.
    pub epsilon: u64,
}

/// The kernel. Bindings: input, weights, tables, residual.
pub fn recipe(shape: Shape) -> Recipe {
    Recipe::new(
        "add_norm",
        &[shader::TABLES, shader::NORM, shader::ROW_NORM, include_str!("add_norm.wgsl")],
        &[
            ("WIDTH", shape.width),
            ("EPSILON_LOW", shape.epsilon as u32),
            ("EPSILON_HIGH", (shape.epsilon >> 32) as u32),
        ],
        &[Access::Read, Access::Read, Access::Read, Access::Write],
    )
}

/// Runs the kernel and its twin on vectors of `seed`.
pub fn self_test(gpu: &Gpu, kernel: &Kernel, shape: Shape, seed: u64) -> Result<(), KernelError> {
    let mut vectors = Vectors::new(seed);
    let (tokens, width) = (16, shape.width as usize);
    let mut rows = || -> Vec<i32> { (0..tokens).flat_map(|_| vectors.fixed_row(width)).collect() };
    let (input, mut residual) = (rows(), rows());
    let weights = vectors.fixed_row(width);
    let output = gpu.upload("residual", bytemuck::cast_slice(&residual));
    let buffers = [
        &gpu.upload("input", bytemuck::cast_slice(&input)),
        &gpu.upload("weights", bytemuck::cast_slice(&weights)),
        &gpu.upload("tables", bytemuck::cast_slice(&tables::words())),
        &output,
    ];
    kernel.run(gpu, &buffers, [1, tokens]);
    reference(shape, &input, &weights, &mut residual);
    kernel.compare(&gpu.download(&output)?, bytemuck::cast_slice(&residual))
}
