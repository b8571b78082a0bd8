//! Norm, rotation and quantisation of heads, and the write to the pages of the key-value cache.

mod reference;
#[cfg(test)]
mod tests;

use crate::{
    Access, Gpu, Kernel, KernelError, Recipe, StepRow, Vectors, product::ROW_MAX_WORDS, shader,
    step_words, tables,
};

pub use reference::{Heads, Inputs, reference};

/// Heads and cache of one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Query heads.
    pub heads: u32,
    /// Key-value heads.
    pub groups: u32,
    /// Width of a head: a multiple of 8, at most 256.
    pub head: u32,
    /// Elements of a head that are rotated, the first ones; even.
    pub rotary: u32,
    /// Positions of a page.
    pub page: u32,
    /// Pages of the cache.
    pub pages: u32,
    /// `round(eps * head * 2^32)` where query and key heads are normed before the rotation.
    pub head_norm: Option<u64>,
}

impl Shape {
    /// Words of one head row.
    pub fn stride(self) -> u32 {
        self.head / 4 + 1
    }

    /// Words of one page of keys, or of values.
    pub fn page_words(self) -> u64 {
        u64::from(self.groups) * u64::from(self.page) * u64::from(self.stride())
    }

    /// Words of a layer's keys, or of its values.
    pub fn cache_words(self) -> u64 {
        u64::from(self.pages) * self.page_words()
    }

    /// First word of a key-value head's row in the cache.
    pub fn row(self, group: u32, slot: u32) -> usize {
        let (page, place) = (slot / self.page, slot % self.page);
        (((page * self.groups + group) * self.page + place) * self.stride()) as usize
    }

    /// Workgroups for a number of tokens.
    pub fn workgroups(self, tokens: u32) -> [u32; 2] {
        [self.heads + 2 * self.groups, tokens]
    }
}

/// The kernel. Bindings: step, projected, rope, head norms (query, then key), tables, queries, keys, values, row_max.
pub fn recipe(shape: Shape) -> Recipe {
    use Access::{Read, Write};
    let epsilon = shape.head_norm.unwrap_or_default();
    Recipe::new(
        "rope_cache",
        &[shader::STEP, shader::TABLES, shader::NORM, include_str!("rope_cache.wgsl")],
        &[
            ("HEADS", shape.heads),
            ("GROUPS", shape.groups),
            ("HEAD", shape.head),
            ("PAGE", shape.page),
            ("ROTARY", shape.rotary),
            ("HEAD_NORM", u32::from(shape.head_norm.is_some())),
            ("EPSILON_LOW", epsilon as u32),
            ("EPSILON_HIGH", (epsilon >> 32) as u32),
        ],
        &[Read, Read, Read, Read, Read, Write, Write, Write, Write],
    )
}

/// Runs the kernel and its twin on vectors of `seed`: three tokens in pages of their own, in no order.
pub fn self_test(gpu: &Gpu, kernel: &Kernel, shape: Shape, seed: u64) -> Result<(), KernelError> {
    let mut vectors = Vectors::new(seed);
    let shape = Shape { pages: 5, ..shape };
    let head = shape.head as usize;
    let positions = 7;
    let rows: Vec<StepRow> = [3, 0, 4]
        .iter()
        .map(|page| StepRow {
            id: 0,
            position: vectors.below(positions),
            pages: 0,
            slot: page * shape.page + vectors.below(shape.page),
        })
        .collect();
    let tokens = rows.len() as u32;
    let heads = tokens * (shape.heads + 2 * shape.groups);
    let projected: Vec<i32> = (0..heads).flat_map(|_| vectors.fixed_row(head)).collect();
    let rope: Vec<i32> = (0..positions * shape.rotary).map(|_| vectors.signed(1 << 30)).collect();
    let head_norms: Vec<i32> = (0..2).flat_map(|_| vectors.fixed_row(head)).collect();
    let inputs =
        Inputs { rows: &rows, projected: &projected, rope: &rope, head_norms: &head_norms };
    let expected = reference(shape, &inputs);

    let mut step = Vec::new();
    step_words(&mut step, &rows, &[], &[0]);
    let row_max = vec![7u32; ROW_MAX_WORDS as usize];
    let queries = gpu.scratch("queries", u64::from(tokens * shape.heads * shape.stride()));
    let keys = gpu.scratch("keys", shape.cache_words());
    let values = gpu.scratch("values", shape.cache_words());
    let row_max = gpu.upload("row_max", bytemuck::cast_slice(&row_max));
    let buffers = [
        &gpu.upload("step", bytemuck::cast_slice(&step)),
        &gpu.upload("projected", bytemuck::cast_slice(&projected)),
        &gpu.upload("rope", bytemuck::cast_slice(&rope)),
        &gpu.upload("head_norms", bytemuck::cast_slice(&head_norms)),
        &gpu.upload("tables", bytemuck::cast_slice(&tables::words())),
        &queries,
        &keys,
        &values,
        &row_max,
    ];
    kernel.run(gpu, &buffers, shape.workgroups(tokens));
    kernel.compare(&gpu.download(&queries)?, &expected.queries)?;
    kernel.compare(&gpu.download(&keys)?, &expected.keys)?;
    kernel.compare(&gpu.download(&values)?, &expected.values)?;
    let cleared = |index: u64| if index % 64 < u64::from(tokens) { 0 } else { 7 };
    let expected: Vec<u32> = (0..ROW_MAX_WORDS).map(cleared).collect();
    kernel.compare(&gpu.download(&row_max)?, &expected)
}
