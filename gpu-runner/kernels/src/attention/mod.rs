//! Attention of query heads over the cache.

mod reference;
#[cfg(test)]
mod tests;

use stoa_exact::{WeightScale, bounds};

use crate::{
    Access, Gpu, Kernel, KernelError, MAX_STEP_TOKENS, Recipe, StepRow, Vectors,
    product::{ROW_MAX_WORDS, cap_constants},
    quantise::pack,
    rope_cache, shader, step_words, tables,
};

pub use reference::{Inputs, reference};

/// Constants of one pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Heads and cache.
    pub cache: rope_cache::Shape,
    /// Most positions of a sequence.
    pub context: u32,
    /// Positions that a token sees, its own included: the context where there is no sliding window.
    pub window: u32,
    /// `log2(e) / (127^2 * sqrt(head))`.
    pub score: WeightScale,
    /// Soft cap of the scores in their own unit; 0 for none.
    pub cap: u32,
}

/// The kernel. Bindings: step, queries, keys, values, tables, scratch, output, row_max.
pub fn recipe(shape: Shape) -> Recipe {
    use Access::{Read, Write};
    let mut constants = cap_constants(shape.cap);
    constants.extend([
        ("HEADS", shape.cache.heads),
        ("GROUPS", shape.cache.groups),
        ("HEAD", shape.cache.head),
        ("CONTEXT", shape.context),
        ("PAGE", shape.cache.page),
        ("WINDOW", shape.window),
        ("SCORE_MANTISSA", shape.score.mantissa),
        ("SCORE_SHIFT", shape.score.shift),
    ]);
    Recipe::new(
        "attention",
        &[shader::STEP, shader::TABLES, shader::SOFT_CAP, include_str!("attention.wgsl")],
        &constants,
        &[Read, Read, Read, Read, Read, Write, Write, Write],
    )
}

/// Runs the kernel and its twin on vectors of `seed`: tokens of two sequences, at most 300 positions, whose pages
/// lie in no order and are partly the same.
pub fn self_test(gpu: &Gpu, kernel: &Kernel, shape: Shape, seed: u64) -> Result<(), KernelError> {
    let mut vectors = Vectors::new(seed);
    let context = shape.context.min(300);
    let table = context.div_ceil(shape.cache.page);
    let cache = rope_cache::Shape { pages: table + 2, ..shape.cache };
    let shape = Shape { cache, ..shape };
    let position = vectors.below(context);
    let rows = [(0, position), (0, (position + 1).min(context - 1)), (1, vectors.below(context))];
    let row = |(sequence, position): &(u32, u32)| StepRow {
        position: *position,
        pages: sequence * table,
        ..StepRow::default()
    };
    let rows: Vec<StepRow> = rows.iter().map(row).collect();
    let first = (0..table).rev();
    let second = (0..table).map(|page| if page == 1 { table } else { table + 1 - page.min(table) });
    let pages: Vec<u32> = first.chain(second).collect();
    let head_count = cache.pages * cache.groups * cache.page;
    let queries = head_rows(&mut vectors, cache.head, rows.len() as u32 * cache.heads);
    let keys = head_rows(&mut vectors, cache.head, head_count);
    let values = head_rows(&mut vectors, cache.head, head_count);
    let inputs =
        Inputs { rows: &rows, pages: &pages, queries: &queries, keys: &keys, values: &values };
    let expected = reference(shape, &inputs);

    let tokens = rows.len() as u32;
    let mut step = Vec::new();
    step_words(&mut step, &rows, &[], &pages);
    let scratch_words = u64::from(tokens * cache.heads) * u64::from(shape.context);
    let width = (cache.heads * cache.head) as usize;
    let output = gpu.scratch("output", u64::from(tokens) * width as u64);
    let row_max = gpu.scratch("row_max", ROW_MAX_WORDS);
    let buffers = [
        &gpu.upload("step", bytemuck::cast_slice(&step)),
        &gpu.upload("queries", bytemuck::cast_slice(&queries)),
        &gpu.upload("keys", bytemuck::cast_slice(&keys)),
        &gpu.upload("values", bytemuck::cast_slice(&values)),
        &gpu.upload("tables", bytemuck::cast_slice(&tables::words())),
        &gpu.scratch("scratch", scratch_words),
        &output,
        &row_max,
    ];
    kernel.run(gpu, &buffers, [cache.heads, tokens]);
    kernel.compare(&gpu.download(&output)?, bytemuck::cast_slice(&expected))?;
    let mut maxima: Vec<u32> = expected.chunks_exact(width).map(stoa_exact::row_max).collect();
    maxima.resize(2 * MAX_STEP_TOKENS, 0);
    kernel.compare(&gpu.download(&row_max)?, &maxima)
}

/// Head rows of which most have magnitudes that give sharp and flat softmaxes, some any magnitude at all.
fn head_rows(vectors: &mut Vectors, head: u32, count: u32) -> Vec<u32> {
    let width = head as usize;
    let mut rows = Vec::new();
    for _ in 0..count {
        let row = match vectors.below(8) {
            0 => vectors.fixed_row(width),
            kind => {
                let limit = 1u32 << (12 + kind);
                (0..width).map(|_| vectors.signed(limit)).collect()
            }
        };
        let mut codes = vec![0; width];
        let scale = stoa_exact::quantise_row(&row, &mut codes);
        rows.extend(pack(&codes, scale, 0));
    }
    rows
}

const _: () = assert!(bounds::MAX_POSITIONS <= 1 << 16, "limbs of a weighted sum fit 31 bits");
