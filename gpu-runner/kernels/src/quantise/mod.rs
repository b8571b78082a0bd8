//! Dynamic int8 quantisation of fixed rows whose largest magnitudes are known.

mod reference;
#[cfg(test)]
mod tests;

use crate::{
    Access, Gpu, Kernel, KernelError, MAX_STEP_TOKENS, Recipe, Vectors,
    product::{ROW_MAX_WORDS, RowMax},
};

pub use reference::reference;
pub(crate) use reference::{pack, quantised};

/// Constants of one pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Width of a row, a multiple of 16.
    pub width: u32,
    /// Where the largest magnitudes are.
    pub row_max: RowMax,
}

/// The kernel. Bindings: input, row_max, output.
pub fn recipe(shape: Shape) -> Recipe {
    Recipe::new(
        "quantise",
        &[include_str!("quantise.wgsl")],
        &[("WIDTH", shape.width), ("MAX_SLOT", shape.row_max as u32)],
        &[Access::Read, Access::Read, Access::Write],
    )
}

/// Runs the kernel and its twin on vectors of `seed`.
pub fn self_test(gpu: &Gpu, kernel: &Kernel, shape: Shape, seed: u64) -> Result<(), KernelError> {
    let mut vectors = Vectors::new(seed);
    let (tokens, width) = (16, shape.width as usize);
    let input: Vec<i32> = (0..tokens).flat_map(|_| vectors.fixed_row(width)).collect();
    let mut row_max = vec![0u32; ROW_MAX_WORDS as usize];
    let places = row_max[shape.row_max as usize * MAX_STEP_TOKENS..].iter_mut();
    for (word, row) in places.zip(input.chunks_exact(width)) {
        *word = stoa_exact::row_max(row);
    }
    let expected = reference(&input, width);
    let output = gpu.scratch("output", expected.len() as u64);
    let buffers = [
        &gpu.upload("input", bytemuck::cast_slice(&input)),
        &gpu.upload("row_max", bytemuck::cast_slice(&row_max)),
        &output,
    ];
    kernel.run(gpu, &buffers, [1, tokens]);
    kernel.compare(&gpu.download(&output)?, &expected)
}
