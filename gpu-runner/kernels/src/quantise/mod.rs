//! Dynamic int8 quantisation of fixed rows.

mod reference;
#[cfg(test)]
mod tests;

use crate::{Access, Gpu, Kernel, KernelError, Vectors};

pub use reference::reference;
pub(crate) use reference::{pack, quantised};

/// Compiles the kernel. Bindings: input, output.
pub fn kernel(gpu: &Gpu, width: u32) -> Kernel {
    let bindings = [Access::Read, Access::Write];
    Kernel::new(gpu, "quantise", include_str!("quantise.wgsl"), &[("WIDTH", width)], &bindings)
}

/// Runs the kernel and its twin on vectors of `seed`.
pub fn self_test(gpu: &Gpu, kernel: &Kernel, width: u32, seed: u64) -> Result<(), KernelError> {
    let mut vectors = Vectors::new(seed);
    let tokens = 16;
    let input: Vec<i32> = (0..tokens).flat_map(|_| vectors.fixed_row(width as usize)).collect();
    let expected = reference(&input, width as usize);
    let output = gpu.scratch("output", expected.len() as u64);
    kernel.run(gpu, &[&gpu.upload("input", bytemuck::cast_slice(&input)), &output], [1, tokens]);
    kernel.compare(&gpu.download(&output)?, &expected)
}
