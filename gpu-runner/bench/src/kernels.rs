//! The product kernels alone, against the roofs: weights rotated beyond the caches, all units.

use rayon::{ThreadPool, prelude::*};
use serde::Serialize;
use stoa_simd::Isa;

use crate::{
    random,
    roofs::Roofs,
    timing::{Samples, seconds},
};

/// Weight bytes that one sample passes over: many times the last cache.
const WEIGHTS: usize = 1 << 28;
/// Rows of one task, as in the engine.
const TASK_ROWS: usize = 64;

/// One kernel, one shape.
#[derive(Serialize)]
pub struct Row {
    /// Vector unit.
    pub unit: &'static str,
    /// Width of a row.
    pub columns: usize,
    /// Tokens that share one pass over the weights.
    pub tokens: usize,
    /// Weight bytes a second.
    pub bytes: Samples,
    /// Median as a share of the bandwidth roof.
    pub of_bandwidth: f64,
    /// int8 products a second as a share of the unit's integer roof.
    pub of_integer: f64,
}

/// Measures every unit on the widths of the two models.
pub fn measure(pool: &ThreadPool, roofs: &Roofs, repeats: u32) -> Vec<Row> {
    let weights = random::codes(WEIGHTS, 11);
    let mut rows = Vec::new();
    for isa in Isa::available() {
        for columns in [896, 2048, 4864, 8192] {
            for tokens in [1, 8, 32, 64] {
                // The scalar path is the definition, not a product: one figure is enough.
                if isa == Isa::SCALAR && (columns != 896 || tokens > 8) {
                    continue;
                }
                rows.push(kernel(isa, columns, tokens, &weights, pool, roofs, repeats));
            }
        }
    }
    rows
}

fn kernel(
    isa: Isa,
    columns: usize,
    tokens: usize,
    weights: &[i8],
    pool: &ThreadPool,
    roofs: &Roofs,
    repeats: u32,
) -> Row {
    // Slow kernels pass over less: still beyond the caches.
    let share = if isa == Isa::SCALAR { 16 } else { 1 + tokens / 16 };
    let rows = weights.len() / share / columns / TASK_ROWS * TASK_ROWS;
    let weights = &weights[..rows * columns];
    let codes = random::codes(tokens * columns, 13);
    let mut output = vec![0; rows * tokens];
    let mut once = || {
        let taken = seconds(|| {
            pool.install(|| {
                let tasks = weights.par_chunks(TASK_ROWS * columns);
                let work = tasks.zip(output.par_chunks_mut(TASK_ROWS * tokens));
                work.for_each(|(weights, output)| isa.products(weights, &codes, columns, output));
            });
        });
        weights.len() as f64 / taken
    };
    let bytes = Samples::new((0..repeats).map(|_| once()).collect());
    let median = bytes.median();
    Row {
        unit: isa.name(),
        columns,
        tokens,
        of_bandwidth: median / roofs.bandwidth.at(1.0),
        of_integer: median * tokens as f64 / roofs.integer_of(isa),
        bytes,
    }
}
