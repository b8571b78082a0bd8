//! Attention of query heads over the cache.

mod reference;
#[cfg(test)]
mod tests;

use stoa_exact::{WeightScale, bounds};

use crate::{
    Access, Gpu, Kernel, KernelError, Vectors, quantise::pack, rope_cache, step_words, tables,
};

pub use reference::reference;

/// Constants of one pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Heads and cache.
    pub cache: rope_cache::Shape,
    /// `log2(e) / (127^2 * sqrt(head))`.
    pub score: WeightScale,
}

/// Compiles the kernel. Bindings: step, queries, keys, values, tables, scratch, output.
pub fn kernel(gpu: &Gpu, shape: Shape) -> Kernel {
    use Access::{Read, Write};
    Kernel::new(
        gpu,
        "attention",
        include_str!("attention.wgsl"),
        &[
            ("HEADS", shape.cache.heads),
            ("GROUPS", shape.cache.groups),
            ("HEAD", shape.cache.head),
            ("CONTEXT", shape.cache.context),
            ("SCORE_MANTISSA", shape.score.mantissa),
            ("SCORE_SHIFT", shape.score.shift),
        ],
        &[Read, Read, Read, Read, Read, Write, Write],
    )
}

/// Runs the kernel and its twin on vectors of `seed`, at most 300 positions.
pub fn self_test(gpu: &Gpu, kernel: &Kernel, shape: Shape, seed: u64) -> Result<(), KernelError> {
    let mut vectors = Vectors::new(seed);
    let cache = shape.cache;
    let tokens = cache.context.min(2);
    let position = vectors.below(cache.context.min(300) - tokens + 1);
    let queries = head_rows(&mut vectors, cache.head, tokens * cache.heads);
    let keys = head_rows(&mut vectors, cache.head, cache.groups * cache.context);
    let values = head_rows(&mut vectors, cache.head, cache.groups * cache.context);
    let expected = reference(shape, position, tokens, [&queries, &keys, &values]);

    let scratch_words = u64::from(tokens * cache.heads) * u64::from(cache.context);
    let output = gpu.scratch("output", u64::from(tokens * cache.heads * cache.head));
    let buffers = [
        &gpu.upload("step", bytemuck::cast_slice(&step_words(position, &[0, 0]))),
        &gpu.upload("queries", bytemuck::cast_slice(&queries)),
        &gpu.upload("keys", bytemuck::cast_slice(&keys)),
        &gpu.upload("values", bytemuck::cast_slice(&values)),
        &gpu.upload("tables", bytemuck::cast_slice(&tables::words())),
        &gpu.scratch("scratch", scratch_words),
        &output,
    ];
    kernel.run(gpu, &buffers, [cache.heads, tokens]);
    kernel.compare(&gpu.download(&output)?, bytemuck::cast_slice(&expected))
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
