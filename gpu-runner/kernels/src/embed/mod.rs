//! Embedding rows into the residual stream.

mod reference;
#[cfg(test)]
mod tests;

use crate::{
    Access, Gpu, Kernel, KernelError, MAX_STEP_TOKENS, Recipe, StepRow, Vectors, product::Shard,
    shader, step_words,
};

use stoa_exact::WeightScale;

pub use reference::reference;

/// Constants of one pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Width of a row, a multiple of 16.
    pub width: u32,
    /// What multiplies the embedding; mantissa 2^14 and shift 14 are 1.
    pub factor: WeightScale,
}

/// The kernel. Bindings: step, weights, scales, residual, shard.
pub fn recipe(shape: Shape) -> Recipe {
    Recipe::new(
        "embed",
        &[shader::STEP, include_str!("embed.wgsl")],
        &[
            ("WIDTH", shape.width),
            ("FACTOR_MANTISSA", shape.factor.mantissa),
            ("FACTOR_SHIFT", shape.factor.shift),
        ],
        &[Access::Read, Access::Read, Access::Read, Access::Write, Access::Uniform],
    )
}

/// Runs the kernel and its twin on vectors of `seed`.
pub fn self_test(gpu: &Gpu, kernel: &Kernel, shape: Shape, seed: u64) -> Result<(), KernelError> {
    let mut vectors = Vectors::new(seed);
    let width = shape.width;
    let shard = Shard { first_row: 5, rows: 11, output_stride: width };
    let ids: Vec<u32> = (0..MAX_STEP_TOKENS).map(|_| vectors.below(20)).collect();
    let weights: Vec<i8> = (0..shard.rows).flat_map(|_| vectors.codes(width as usize)).collect();
    let scale = |_| [vectors.weight_scale().pack(), 0];
    let scales: Vec<[u32; 2]> = (0..shard.rows).map(scale).collect();
    let mut expected = vec![7i32; ids.len() * width as usize];

    let row = |id: &u32| StepRow { id: *id, ..StepRow::default() };
    let rows: Vec<StepRow> = ids.iter().map(row).collect();
    let mut step = Vec::new();
    step_words(&mut step, &rows, &[], &[0]);
    let residual = gpu.upload("residual", bytemuck::cast_slice(&expected));
    let buffers = [
        &gpu.upload("step", bytemuck::cast_slice(&step)),
        &gpu.upload("weights", bytemuck::cast_slice(&weights)),
        &gpu.upload("scales", bytemuck::cast_slice(&scales)),
        &residual,
        &gpu.upload("shard", bytemuck::cast_slice(&shard.words())),
    ];
    kernel.run(gpu, &buffers, [1, ids.len() as u32]);
    reference(shape, shard, &ids, &weights, &scales, &mut expected);
    kernel.compare(&gpu.download(&residual)?, bytemuck::cast_slice(&expected))
}
