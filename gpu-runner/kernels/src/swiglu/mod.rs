//! `silu(gate) * up` with quantised output.

mod reference;
#[cfg(test)]
mod tests;

use crate::{Access, Gpu, Kernel, KernelError, Vectors, tables};

pub use reference::reference;

/// Compiles the kernel. Bindings: gate_up, tables, output.
pub fn kernel(gpu: &Gpu, width: u32) -> Kernel {
    let bindings = [Access::Write, Access::Read, Access::Write];
    Kernel::new(gpu, "swiglu", include_str!("swiglu.wgsl"), &[("WIDTH", width)], &bindings)
}

/// Runs the kernel and its twin on vectors of `seed`.
pub fn self_test(gpu: &Gpu, kernel: &Kernel, width: u32, seed: u64) -> Result<(), KernelError> {
    let mut vectors = Vectors::new(seed);
    let tokens = 16;
    let rows = (0..2 * tokens).flat_map(|_| vectors.fixed_row(width as usize));
    let gate_up: Vec<i32> = rows.collect();
    let expected = reference(&gate_up, width as usize);
    let output = gpu.scratch("output", expected.len() as u64);
    let buffers = [
        &gpu.upload("gate_up", bytemuck::cast_slice(&gate_up)),
        &gpu.upload("tables", bytemuck::cast_slice(&tables::words())),
        &output,
    ];
    kernel.run(gpu, &buffers, [1, tokens]);
    kernel.compare(&gpu.download(&output)?, &expected)
}
