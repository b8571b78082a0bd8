//! RMSNorm of residual rows with quantised output.

mod reference;
#[cfg(test)]
mod tests;

use crate::{Access, Gpu, Kernel, KernelError, Vectors, tables};

pub use reference::reference;

/// Constants of one pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Width of a row, a multiple of 16.
    pub width: u32,
    /// `round(eps * width * 2^32)`.
    pub epsilon: u64,
}

/// Compiles the kernel. Bindings: input, weights, tables, output.
pub fn kernel(gpu: &Gpu, shape: Shape) -> Kernel {
    Kernel::new(
        gpu,
        "rms_norm",
        include_str!("rms_norm.wgsl"),
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
    let input: Vec<i32> = (0..tokens).flat_map(|_| vectors.fixed_row(width)).collect();
    let weights = vectors.fixed_row(width);
    let expected = reference(shape, &input, &weights);
    let output = gpu.scratch("output", expected.len() as u64);
    let buffers = [
        &gpu.upload("input", bytemuck::cast_slice(&input)),
        &gpu.upload("weights", bytemuck::cast_slice(&weights)),
        &gpu.upload("tables", bytemuck::cast_slice(&tables::words())),
        &output,
    ];
    kernel.run(gpu, &buffers, [1, tokens]);
    kernel.compare(&gpu.download(&output)?, &expected)
}
