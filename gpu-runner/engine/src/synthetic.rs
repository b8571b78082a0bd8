//! Models of any shape with random weights, for benchmarks and for tests of the executors. Never served.

use std::sync::Arc;

use rayon::prelude::*;
use stoa_exact::WeightScale;

use crate::{
    AdapterReport, Capacity, CpuOptions, EngineError, Executor, OnLogits, StepToken,
    cpu::CpuExecutor,
    folder::config::ModelConfig,
    gpu::GpuExecutor,
    integer::{
        matrix::Matrix,
        model::{IntegerModel, Layer},
        rotary::RotaryScaling,
        tables,
    },
};

/// Sizes of a Llama-like model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Width of the residual stream.
    pub hidden: u32,
    /// Width of the feed-forward block.
    pub inner: u32,
    /// Number of layers.
    pub layers: u32,
    /// Query heads.
    pub heads: u32,
    /// Key-value heads.
    pub groups: u32,
    /// Width of a head.
    pub head: u32,
    /// Number of token ids; the output matrix is the embedding.
    pub vocab: u32,
    /// Positions.
    pub context: u32,
}

/// Root mean square of a code drawn evenly from -127 to 127.
const CODE_RMS: f64 = 73.3;

/// An integer model out of a seed.
pub struct Synthetic(Arc<IntegerModel>);

impl Synthetic {
    /// Random codes in every matrix, with scales that keep activations near one.
    pub fn new(shape: Shape, seed: u64) -> Self {
        let Shape { hidden, inner, layers, heads, groups, head, vocab, context } = shape;
        let (epsilon, theta) = (1e-5, 10_000.0);
        let (bos, eos) = (None, Vec::new());
        let config = ModelConfig {
            hidden,
            inner,
            layers,
            heads,
            groups,
            head,
            vocab,
            context,
            epsilon,
            theta,
            scaling: RotaryScaling::None,
            tied: true,
            bos,
            eos,
        };
        let mut seed = seed;
        let mut matrix = |rows: u32, columns: u32| {
            seed = seed.wrapping_add(1);
            random_matrix(rows, columns, seed)
        };
        let unit = (f64::from(hidden).sqrt() * 65536.0).round() as i32;
        let norm = || vec![unit; hidden as usize];
        let embedding = matrix(vocab, hidden);
        let layers = (0..layers).map(|_| Layer {
            attention_norm: norm(),
            projection: matrix(config.projected_width(), hidden),
            output: matrix(hidden, config.query_width()),
            feed_norm: norm(),
            gate_up: matrix(2 * inner, hidden),
            down: matrix(hidden, inner),
        });
        Self(Arc::new(IntegerModel {
            layers: layers.collect(),
            embedding,
            final_norm: norm(),
            output: None,
            rope: tables::rope(&config),
            score: tables::score_scale(&config),
            epsilon: tables::epsilon(&config),
            config,
        }))
    }

    /// Number of weights.
    pub fn parameter_count(&self) -> u64 {
        self.0.parameter_count()
    }

    /// The integers themselves.
    #[cfg(test)]
    pub(crate) fn model(&self) -> Arc<IntegerModel> {
        Arc::clone(&self.0)
    }

    /// The CPU back end.
    pub fn cpu(&self, options: CpuOptions) -> impl Executor + use<> {
        CpuExecutor::with_options(Arc::clone(&self.0), options)
    }

    /// The GPU back end.
    pub fn gpu(&self) -> Result<SyntheticGpu, EngineError> {
        GpuExecutor::new(&self.0).map(SyntheticGpu)
    }
}

/// The GPU back end with what a benchmark wants to know of it.
pub struct SyntheticGpu(GpuExecutor);

impl SyntheticGpu {
    /// The adapter.
    pub fn report(&self) -> AdapterReport {
        self.0.report()
    }

    /// Dispatches of a step of `tokens` tokens that all want logits.
    pub fn dispatches(&self, tokens: u32) -> usize {
        self.0.dispatches(tokens)
    }
}

impl Executor for SyntheticGpu {
    fn capacity(&self) -> Capacity {
        self.0.capacity()
    }

    fn step(
        &mut self,
        tokens: &[StepToken],
        on_logits: &mut OnLogits<'_>,
    ) -> Result<(), EngineError> {
        self.0.step(tokens, on_logits)
    }
}

fn random_matrix(rows: u32, columns: u32, seed: u64) -> Matrix {
    let width = columns as usize;
    let mut codes = vec![0i8; rows as usize * width];
    codes.par_chunks_mut(width).enumerate().for_each(|(row, codes)| {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(row as u64);
        for chunk in codes.chunks_mut(8) {
            for (code, byte) in chunk.iter_mut().zip(split_mix(&mut state).to_le_bytes()) {
                *code = (byte as i8).max(-127);
            }
        }
    });
    let step = 1.0 / (f64::from(columns).sqrt() * CODE_RMS * 127.0);
    let scales = vec![bounded(tables::scale_of(step)); rows as usize];
    Matrix { rows, columns, codes, scales }
}

fn bounded(scale: WeightScale) -> WeightScale {
    let shift = scale.shift.clamp(WeightScale::SHIFT_MIN, WeightScale::SHIFT_MAX);
    WeightScale { shift, ..scale }
}

/// SplitMix64.
pub(crate) fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
