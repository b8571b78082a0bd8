//! Rotation and quantisation of heads, and the write to the key-value cache.

mod reference;
#[cfg(test)]
mod tests;

use crate::{Access, Gpu, Kernel, KernelError, Vectors, step_words};

pub use reference::{Heads, reference};

/// Constants of one pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Query heads.
    pub heads: u32,
    /// Key-value heads.
    pub groups: u32,
    /// Width of a head: a multiple of 8, at most 256.
    pub head: u32,
    /// Positions of the cache.
    pub context: u32,
}

impl Shape {
    /// Words of one head row.
    pub fn stride(self) -> u32 {
        self.head / 4 + 1
    }

    /// Words of a layer's keys, or of its values.
    pub fn cache_words(self) -> u64 {
        u64::from(self.groups) * u64::from(self.context) * u64::from(self.stride())
    }

    /// Workgroups for a number of tokens.
    pub fn workgroups(self, tokens: u32) -> [u32; 2] {
        [self.heads + 2 * self.groups, tokens]
    }
}

/// Compiles the kernel. Bindings: step, projected, rope, queries, keys, values.
pub fn kernel(gpu: &Gpu, shape: Shape) -> Kernel {
    Kernel::new(
        gpu,
        "rope_cache",
        include_str!("rope_cache.wgsl"),
        &[
            ("HEADS", shape.heads),
            ("GROUPS", shape.groups),
            ("HEAD", shape.head),
            ("CONTEXT", shape.context),
        ],
        &[Access::Read, Access::Read, Access::Read, Access::Write, Access::Write, Access::Write],
    )
}

/// Runs the kernel and its twin on vectors of `seed`; two tokens at the end of the context.
pub fn self_test(gpu: &Gpu, kernel: &Kernel, shape: Shape, seed: u64) -> Result<(), KernelError> {
    let mut vectors = Vectors::new(seed);
    let tokens = shape.context.min(2);
    let position = shape.context - tokens;
    let head = shape.head as usize;
    let heads = tokens * (shape.heads + 2 * shape.groups);
    let projected: Vec<i32> = (0..heads).flat_map(|_| vectors.fixed_row(head)).collect();
    let rope: Vec<i32> = (0..shape.context * shape.head).map(|_| vectors.signed(1 << 30)).collect();
    let expected = reference(shape, position, &projected, &rope);

    let queries = gpu.scratch("queries", u64::from(tokens * shape.heads * shape.stride()));
    let keys = gpu.scratch("keys", shape.cache_words());
    let values = gpu.scratch("values", shape.cache_words());
    let buffers = [
        &gpu.upload("step", bytemuck::cast_slice(&step_words(position, &[0, 0]))),
        &gpu.upload("projected", bytemuck::cast_slice(&projected)),
        &gpu.upload("rope", bytemuck::cast_slice(&rope)),
        &queries,
        &keys,
        &values,
    ];
    kernel.run(gpu, &buffers, shape.workgroups(tokens));
    kernel.compare(&gpu.download(&queries)?, &expected.queries)?;
    kernel.compare(&gpu.download(&keys)?, &expected.keys)?;
    kernel.compare(&gpu.download(&values)?, &expected.values)
}
