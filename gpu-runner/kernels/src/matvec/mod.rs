//! int8 matrix times quantised rows.

mod reference;
#[cfg(test)]
mod tests;

use crate::{Access, Gpu, Kernel, KernelError, Vectors};

pub use reference::reference;

/// Rows of weights that one workgroup computes.
pub const ROWS_PER_WORKGROUP: u32 = 8;
/// Most rows of one shard: the dispatch limit of 65,535 workgroups.
pub const MAX_SHARD_ROWS: u32 = 65_535 * ROWS_PER_WORKGROUP;

/// What the output does with a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Output {
    /// Replaces the old value.
    Store,
    /// Adds to the old value (the residual stream), saturating.
    Accumulate,
}

/// Constants of one pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Width of a row, a multiple of 16.
    pub columns: u32,
    /// Store or accumulate.
    pub output: Output,
}

/// Rows of a matrix that one weight buffer holds, and where they go; the `shard` uniform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Number of the first row in the whole matrix.
    pub first_row: u32,
    /// Number of rows.
    pub rows: u32,
    /// Width of an output row in words.
    pub output_stride: u32,
}

impl Shard {
    /// The uniform buffer's words.
    pub fn words(self) -> [u32; 4] {
        [self.first_row, self.rows, self.output_stride, 0]
    }

    /// Workgroups for a number of tokens.
    pub fn workgroups(self, tokens: u32) -> [u32; 2] {
        [self.rows.div_ceil(ROWS_PER_WORKGROUP), tokens]
    }
}

/// Compiles the kernel. Bindings: activations, weights, scales, output, shard.
pub fn kernel(gpu: &Gpu, shape: Shape) -> Kernel {
    let accumulate = u32::from(shape.output == Output::Accumulate);
    let bindings = [Access::Read, Access::Read, Access::Read, Access::Write, Access::Uniform];
    Kernel::new(
        gpu,
        "matvec",
        include_str!("matvec.wgsl"),
        &[("COLUMNS", shape.columns), ("ACCUMULATE", accumulate)],
        &bindings,
    )
}

/// Runs the kernel and its twin on vectors of `seed`.
pub fn self_test(gpu: &Gpu, kernel: &Kernel, shape: Shape, seed: u64) -> Result<(), KernelError> {
    let mut vectors = Vectors::new(seed);
    let columns = shape.columns as usize;
    let (tokens, rows) = (3u32, 13u32);
    let shard = Shard { first_row: 2, rows, output_stride: rows + 3 };
    let mut activations = Vec::new();
    for _ in 0..tokens {
        activations.extend(crate::quantise::reference(&vectors.fixed_row(columns), columns));
    }
    let weights: Vec<i8> = (0..rows).flat_map(|_| vectors.codes(columns)).collect();
    let scales: Vec<u32> = (0..rows).map(|_| vectors.weight_scale().pack()).collect();
    let mut expected: Vec<i32> =
        (0..tokens).flat_map(|_| vectors.fixed_row(shard.output_stride as usize)).collect();

    let output = gpu.upload("output", bytemuck::cast_slice(&expected));
    let buffers = [
        &gpu.upload("activations", bytemuck::cast_slice(&activations)),
        &gpu.upload("weights", bytemuck::cast_slice(&weights)),
        &gpu.upload("scales", bytemuck::cast_slice(&scales)),
        &output,
        &gpu.upload("shard", bytemuck::cast_slice(&shard.words())),
    ];
    kernel.run(gpu, &buffers, shard.workgroups(tokens));
    reference(shape, shard, &activations, &weights, &scales, &mut expected);
    kernel.compare(&gpu.download(&output)?, bytemuck::cast_slice(&expected))
}
