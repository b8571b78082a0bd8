//! RMSNorm of residual rows with quantised output.

mod reference;
#[cfg(test)]
mod tests;

use crate::{
    Access, Gpu, Kernel, KernelError, Recipe, StepRow, Vectors, matmul::Rows, shader, step_words,
    tables,
};

pub use reference::reference;

/// Constants of one pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Width of a row, a multiple of 16.
    pub width: u32,
    /// `round(eps * width * 2^32)`.
    pub epsilon: u64,
    /// Which rows of the step are normed.
    pub rows: Rows,
}

/// The kernel. Bindings: step, input, weights, tables, output.
pub fn recipe(shape: Shape) -> Recipe {
    Recipe::new(
        "rms_norm",
        &[
            shader::STEP,
            shader::TABLES,
            shader::NORM,
            shader::ROW_NORM,
            include_str!("rms_norm.wgsl"),
        ],
        &[
            ("WIDTH", shape.width),
            ("EPSILON_LOW", shape.epsilon as u32),
            ("EPSILON_HIGH", (shape.epsilon >> 32) as u32),
            ("WANTED", u32::from(shape.rows == Rows::Wanted)),
        ],
        &[Access::Read, Access::Read, Access::Read, Access::Read, Access::Write],
    )
}

/// Runs the kernel and its twin on vectors of `seed`.
pub fn self_test(gpu: &Gpu, kernel: &Kernel, shape: Shape, seed: u64) -> Result<(), KernelError> {
    let mut vectors = Vectors::new(seed);
    let (tokens, width) = (16, shape.width as usize);
    let input: Vec<i32> = (0..tokens).flat_map(|_| vectors.fixed_row(width)).collect();
    let weights = vectors.fixed_row(width);
    let wanted: Vec<u32> = match shape.rows {
        Rows::All => (0..tokens).collect(),
        Rows::Wanted => [tokens - 1, 0, vectors.below(tokens)].to_vec(),
    };
    let chosen = wanted.iter().flat_map(|row| &input[*row as usize * width..][..width]);
    let expected = reference(shape, &chosen.copied().collect::<Vec<_>>(), &weights);
    let mut step = Vec::new();
    step_words(&mut step, &vec![StepRow::default(); tokens as usize], &wanted, &[0]);
    let output = gpu.scratch("output", expected.len() as u64);
    let buffers = [
        &gpu.upload("step", bytemuck::cast_slice(&step)),
        &gpu.upload("input", bytemuck::cast_slice(&input)),
        &gpu.upload("weights", bytemuck::cast_slice(&weights)),
        &gpu.upload("tables", bytemuck::cast_slice(&tables::words())),
        &output,
    ];
    kernel.run(gpu, &buffers, [1, wanted.len() as u32]);
    kernel.compare(&gpu.download(&output)?, &expected)
}
