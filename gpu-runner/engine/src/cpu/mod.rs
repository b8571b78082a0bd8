//! The CPU twin of the whole model: the definition of the logits, on all cores.

mod cache;

use std::sync::Arc;

use rayon::prelude::*;
use stoa_exact::{
    RowScale, add_fixed,
    attention::{ScoreScale, attend},
    dot, embed_row, matvec_element, quantise_row, rms_norm, rope_head, swiglu,
};

use crate::{
    EngineError,
    executor::Executor,
    integer::{
        matrix::Matrix,
        model::{IntegerModel, Layer},
    },
};
use cache::LayerCache;

/// Products below which one core is faster than waking others.
const PARALLEL_PRODUCTS: usize = 1 << 15;
/// Rows that one task of a parallel product computes.
const ROWS_PER_TASK: usize = 64;

/// Runs the model with `stoa-exact`.
pub struct CpuExecutor {
    model: Arc<IntegerModel>,
    caches: Vec<LayerCache>,
}

/// A quantised row.
struct Codes {
    codes: Vec<i8>,
    scale: RowScale,
}

impl Codes {
    fn of(row: &[i32]) -> Self {
        let mut codes = vec![0; row.len()];
        let scale = quantise_row(row, &mut codes);
        Self { codes, scale }
    }
}

impl CpuExecutor {
    /// Prepares an empty cache.
    pub fn new(model: Arc<IntegerModel>) -> Self {
        let caches = model.layers.iter().map(|_| LayerCache::new(&model.config)).collect();
        Self { model, caches }
    }

    /// One token at one position: the residual row after the last layer.
    fn forward(&mut self, position: u32, id: u32) -> Vec<i32> {
        let model = Arc::clone(&self.model);
        let mut residual = vec![0; model.config.hidden as usize];
        let embedding = &model.embedding;
        embed_row(embedding.row(id), embedding.scales[id as usize], &mut residual);
        for (layer, cache) in model.layers.iter().zip(&mut self.caches) {
            attention_block(&model, layer, cache, position, &mut residual);
            let normed = normalised(&model, &residual, &layer.feed_norm);
            let gate_up = product(&layer.gate_up, &normed);
            let (gates, ups) = gate_up.split_at(model.config.inner as usize);
            let gated: Vec<i32> = gates.iter().zip(ups).map(|(g, u)| swiglu(*g, *u)).collect();
            accumulate(&mut residual, &product(&layer.down, &Codes::of(&gated)));
        }
        residual
    }
}

impl Executor for CpuExecutor {
    fn run(
        &mut self,
        position: u32,
        ids: &[u32],
        logits: bool,
    ) -> Result<Vec<Vec<i32>>, EngineError> {
        let mut rows = Vec::new();
        for (position, id) in (position..).zip(ids) {
            let residual = self.forward(position, *id);
            if logits {
                let normed = normalised(&self.model, &residual, &self.model.final_norm);
                rows.push(product(self.model.head(), &normed));
            }
        }
        Ok(rows)
    }
}

fn attention_block(
    model: &IntegerModel,
    layer: &Layer,
    cache: &mut LayerCache,
    position: u32,
    residual: &mut [i32],
) {
    let config = &model.config;
    let head = config.head as usize;
    let normed = normalised(model, residual, &layer.attention_norm);
    let mut projected = product(&layer.projection, &normed);
    let angles = &model.rope[position as usize * head..][..head];
    let (cos, sin) = angles.split_at(head / 2);
    let (rotated, values) = projected.split_at_mut((config.heads + config.groups) as usize * head);
    rotated.chunks_exact_mut(head).for_each(|slot| rope_head(slot, cos, sin));
    let (queries, keys) = rotated.split_at(config.query_width() as usize);
    cache.write(position, keys, values);

    let mut mixed = vec![0; queries.len()];
    let per_group = (config.heads / config.groups) as usize;
    for (index, (query, out)) in
        queries.chunks_exact(head).zip(mixed.chunks_exact_mut(head)).enumerate()
    {
        let query = Codes::of(query);
        let scale = ScoreScale::of_query(query.scale, model.score);
        let (keys, values) = cache.head(index / per_group, position);
        let (mut scores, mut sums) = (vec![0; position as usize + 1], vec![0; head]);
        attend(&query.codes, scale, keys, values, (&mut scores, &mut sums), out);
    }
    accumulate(residual, &product(&layer.output, &Codes::of(&mixed)));
}

fn normalised(model: &IntegerModel, row: &[i32], weights: &[i32]) -> Codes {
    let mut output = vec![0; row.len()];
    rms_norm(row, weights, model.epsilon, &mut output);
    Codes::of(&output)
}

fn product(matrix: &Matrix, input: &Codes) -> Vec<i32> {
    let columns = matrix.columns as usize;
    let mut output = vec![0; matrix.rows as usize];
    let compute = |(task, values): (usize, &mut [i32])| {
        for (offset, value) in values.iter_mut().enumerate() {
            let row = task * ROWS_PER_TASK + offset;
            let sum = dot(&matrix.codes[row * columns..][..columns], &input.codes);
            *value = matvec_element(sum, input.scale, matrix.scales[row]);
        }
    };
    if matrix.codes.len() < PARALLEL_PRODUCTS {
        output.chunks_mut(ROWS_PER_TASK).enumerate().for_each(compute);
    } else {
        output.par_chunks_mut(ROWS_PER_TASK).enumerate().for_each(compute);
    }
    output
}

fn accumulate(residual: &mut [i32], delta: &[i32]) {
    for (value, delta) in residual.iter_mut().zip(delta) {
        *value = add_fixed(*value, *delta);
    }
}
