//! The model on all cores of a processor: one pass over the weights for all tokens of a step.

#[cfg(test)]
mod allocation;
mod arena;
mod attention;
mod cache;
mod product;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rayon::{ThreadPool, prelude::*};
use stoa_simd::{Isa, MAX_TOKENS};

use crate::{
    EngineError,
    executor::{Capacity, ElasticCache, Executor, OnLogits, StepToken},
    integer::model::{IntegerModel, Layer},
};
use arena::{Arena, pieces};
use cache::LayerCache;

/// Most sequences of one executor.
pub const MAX_SEQUENCES: u32 = 1024;

/// How the CPU back end runs; nothing here changes a bit.
#[derive(Debug, Clone)]
pub struct CpuOptions {
    /// The vector unit.
    pub isa: Isa,
    /// Sequences with keys and values of their own, 1 to [`MAX_SEQUENCES`].
    pub sequences: u32,
    /// Threads of its own; `None` uses rayon's, one a core, shared with the rest of the process.
    pub pool: Option<Arc<ThreadPool>>,
}

impl Default for CpuOptions {
    /// The best vector unit, one sequence, the shared threads.
    fn default() -> Self {
        Self { isa: Isa::best(), sequences: 1, pool: None }
    }
}

/// Runs the model with `stoa-simd`, whose every path equals `stoa-exact`.
pub struct CpuExecutor {
    model: Arc<IntegerModel>,
    options: CpuOptions,
    arena: Arena,
    /// `[layers][sequences]`.
    caches: Vec<Vec<LayerCache>>,
}

impl CpuExecutor {
    /// Prepares empty caches.
    pub fn with_options(model: Arc<IntegerModel>, mut options: CpuOptions) -> Self {
        options.sequences = options.sequences.clamp(1, MAX_SEQUENCES);
        let config = &model.config;
        let layer = |_| (0..options.sequences).map(|_| LayerCache::new(config)).collect();
        let caches = model.layers.iter().map(layer).collect();
        let threads = match &options.pool {
            Some(pool) => pool.current_num_threads(),
            None => rayon::current_num_threads(),
        };
        Self { arena: Arena::new(config, threads), caches, options, model }
    }
}

impl Executor for CpuExecutor {
    fn capacity(&self) -> Capacity {
        Capacity {
            sequences: self.options.sequences,
            step_tokens: MAX_TOKENS as u32,
            context: self.model.config.context,
            vocab: self.model.config.vocab,
        }
    }

    fn step(
        &mut self,
        tokens: &[StepToken],
        on_logits: &mut OnLogits<'_>,
    ) -> Result<(), EngineError> {
        self.step_observed(tokens, &mut |_, _| (), on_logits)
    }

    fn elastic(&mut self) -> Option<&mut dyn ElasticCache> {
        Some(self)
    }
}

/// Takes the residual stream of a step: its place (0 behind the embedding, `n` behind layer `n - 1`), `[tokens][hidden]`.
pub type OnResiduals<'a> = dyn FnMut(usize, &[i32]) + Send + 'a;

impl CpuExecutor {
    /// [`Executor::step`], showing the residual stream behind the embedding and behind every layer.
    pub fn step_observed(
        &mut self,
        tokens: &[StepToken],
        on_residuals: &mut OnResiduals<'_>,
        on_logits: &mut OnLogits<'_>,
    ) -> Result<(), EngineError> {
        self.capacity().check(tokens)?;
        let Self { model, options, arena, caches } = self;
        let wanted = tokens.iter().filter(|token| token.wants_logits).count();
        arena.reserve(&model.config, tokens.len(), wanted);
        let pass = Pass { model, isa: options.isa, tokens };
        match &options.pool {
            Some(pool) => pool.install(|| pass.forward(arena, caches, on_residuals)),
            None => rayon::scope(|_| pass.forward(arena, caches, on_residuals)),
        }
        let vocab = arena.logits.len();
        for (index, token) in arena.wanted.iter().enumerate() {
            let mut rest = arena.logits.as_mut_slice();
            for piece in pieces(&arena.blocks, vocab, wanted, index) {
                let (place, behind) = rest.split_at_mut(piece.len());
                place.copy_from_slice(piece);
                rest = behind;
            }
            if let Some(cap) = model.logit_cap {
                options.isa.soft_cap(cap, &mut arena.logits);
            }
            on_logits(*token, &arena.logits);
        }
        Ok(())
    }
}

/// One step on its way through the model.
struct Pass<'a> {
    model: &'a IntegerModel,
    isa: Isa,
    tokens: &'a [StepToken],
}

impl Pass<'_> {
    fn forward(
        &self,
        arena: &mut Arena,
        caches: &mut [Vec<LayerCache>],
        on_residuals: &mut OnResiduals<'_>,
    ) {
        let width = self.tokens.len() * self.model.config.hidden as usize;
        self.embed(arena);
        on_residuals(0, &arena.residual[..width]);
        for (place, (layer, caches)) in (1..).zip(self.model.layers.iter().zip(caches)) {
            self.attention_block(layer, caches, arena);
            self.feed_forward(layer, arena);
            on_residuals(place, &arena.residual[..width]);
        }
        self.head(arena);
    }

    fn embed(&self, arena: &mut Arena) {
        let IntegerModel { embedding, embedding_factor, .. } = self.model;
        let rows = arena.residual.chunks_exact_mut(self.model.config.hidden as usize);
        for (token, row) in self.tokens.iter().zip(rows) {
            embedding.embed_row(token.id, *embedding_factor, row);
        }
    }

    fn attention_block(&self, layer: &Layer, caches: &mut [LayerCache], arena: &mut Arena) {
        self.normalise(&layer.attention_norm, arena);
        self.product(&layer.projection, self.tokens.len(), &arena.input, &mut arena.blocks);
        self.project(layer, caches, arena);
        self.attend(layer.attention, caches, arena);
        let width = self.model.config.query_width() as usize;
        let Arena { mixed, rows, input, .. } = arena;
        self.quantise(width, self.tokens.len(), rows, input, |token, row| {
            row.copy_from_slice(&mixed[token * width..][..width]);
        });
        self.product(&layer.output, self.tokens.len(), &arena.input, &mut arena.blocks);
        self.accumulate(layer.attention_end_norm.as_deref(), arena);
    }

    fn feed_forward(&self, layer: &Layer, arena: &mut Arena) {
        let (inner, count) = (self.model.config.inner as usize, self.tokens.len());
        self.normalise(&layer.feed_norm, arena);
        self.gated_product(&layer.gate_up, &arena.input, &mut arena.blocks);
        let Arena { blocks, rows, input, .. } = arena;
        self.quantise(inner, count, rows, input, |token, row| {
            let pieces = pieces(blocks, inner, 2 * count, token);
            row.chunks_mut(arena::BLOCK_ROWS).zip(pieces).for_each(|(a, b)| a.copy_from_slice(b));
        });
        self.product(&layer.down, count, &arena.input, &mut arena.blocks);
        self.accumulate(layer.feed_end_norm.as_deref(), arena);
    }

    /// Logits of the tokens that want them, as blocks.
    fn head(&self, arena: &mut Arena) {
        arena.wanted.clear();
        let wanted = self.tokens.iter().enumerate().filter(|(_, token)| token.wants_logits);
        arena.wanted.extend(wanted.map(|(index, _)| index));
        let hidden = self.model.config.hidden as usize;
        let (weights, epsilon, count) =
            (&self.model.final_norm, self.model.epsilon, arena.wanted.len());
        let Arena { residual, rows, input, wanted, .. } = arena;
        self.quantise(hidden, count, rows, input, |index, row| {
            let residual = &residual[wanted[index] * hidden..][..hidden];
            self.isa.rms_norm(residual, weights, epsilon, row);
        });
        self.product(self.model.head(), count, &arena.input, &mut arena.blocks);
    }

    /// Norm of the residual stream, quantised into the input.
    fn normalise(&self, weights: &[i32], arena: &mut Arena) {
        let hidden = self.model.config.hidden as usize;
        let Arena { residual, rows, input, .. } = arena;
        self.quantise(hidden, self.tokens.len(), rows, input, |token, row| {
            let residual = &residual[token * hidden..][..hidden];
            self.isa.rms_norm(residual, weights, self.model.epsilon, row);
        });
    }

    /// Adds the products to the residual stream, normed with `weights` where there are any.
    fn accumulate(&self, weights: Option<&[i32]>, arena: &mut Arena) {
        let (hidden, count) = (self.model.config.hidden as usize, self.tokens.len());
        let Arena { residual, rows, blocks, .. } = arena;
        let residual = residual[..count * hidden].par_chunks_mut(hidden);
        let work = residual.zip(rows[..count * hidden].par_chunks_mut(hidden)).enumerate();
        work.with_min_len(product::tokens_per_task(hidden)).for_each(|(token, (residual, row))| {
            let pieces = pieces(blocks, hidden, count, token);
            match weights {
                None => {
                    let places = residual.chunks_mut(arena::BLOCK_ROWS);
                    places.zip(pieces).for_each(|(place, piece)| self.isa.add_row(place, piece));
                }
                Some(weights) => {
                    let places = row.chunks_mut(arena::BLOCK_ROWS);
                    places.zip(pieces).for_each(|(place, piece)| place.copy_from_slice(piece));
                    self.isa.add_rms_norm(row, weights, self.model.epsilon, residual);
                }
            }
        });
    }
}
