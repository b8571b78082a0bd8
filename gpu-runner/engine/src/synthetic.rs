//! Models of any shape with random weights, for benchmarks and for tests of the executors. Never served.

use std::sync::Arc;

use rayon::prelude::*;
use stoa_exact::{Gelu, WeightScale};

use crate::{
    AdapterReport, Batch, BatchLimits, Capacity, CpuOptions, EngineError, Executor, OnLogits,
    StepToken,
    cpu::CpuExecutor,
    folder::config::{Activation, Biases, LayerAttention, ModelConfig, WeightFormat},
    gpu::GpuExecutor,
    integer::{
        matrix::{Codes, Int4Codes, Matrix},
        model::{Constants, HeadNorms, IntegerModel, Layer, Parts},
        rotary::{Rotary, RotaryScaling},
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

/// What a synthetic model has besides its sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Llama's layer with int8 weights.
    Llama,
    /// Llama's layer with int4 weights in groups of this width, which must divide every row.
    Int4 {
        /// Inputs of a group: 32, 64 or 128.
        group: u32,
    },
    /// Every part that any family has, at once: biases, norms of heads and behind blocks, GELU, caps, a scaled
    /// embedding, windows with a rotary embedding of their own, rotation of half a head.
    Everything,
}

/// Root mean square of a code drawn evenly from -127 to 127.
const CODE_RMS: f64 = 73.3;
/// Root mean square of a code drawn evenly from -8 to 7.
const CODE4_RMS: f64 = 4.64;
/// Root mean square of a group scale drawn evenly from 0 to 255.
const GROUP_SCALE_RMS: f64 = 147.5;

/// An integer model out of a seed.
pub struct Synthetic(Arc<IntegerModel>);

impl Synthetic {
    /// Random codes in every matrix, with scales that keep activations near one.
    pub fn new(shape: Shape, seed: u64) -> Result<Self, EngineError> {
        Self::of_variant(shape, Variant::Llama, seed)
    }

    /// [`Synthetic::new`] of another layer. Refuses shapes that break a bound.
    pub fn of_variant(shape: Shape, variant: Variant, seed: u64) -> Result<Self, EngineError> {
        let config = config(shape, variant);
        let constants = Constants::new(&config)?;
        let mut draw = Draw { config: &config, seed };
        let embedding = draw.matrix(config.vocab, config.hidden, WeightFormat::Int8);
        let layers = (0..config.layers).map(|index| draw.layer(index)).collect();
        let final_norm = draw.norm(config.hidden);
        let parts = Parts { embedding, layers, final_norm, output: None };
        Ok(Self(Arc::new(IntegerModel::of_parts(config, constants, parts))))
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

    /// A batch on the CPU back end; its answers have ids and no text.
    pub fn batch(&self, options: CpuOptions, limits: BatchLimits) -> Batch {
        Batch::new(Box::new(self.cpu(options)), limits, None, Vec::new())
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

/// A configuration of the sizes, with what the variant adds.
fn config(shape: Shape, variant: Variant) -> ModelConfig {
    let Shape { hidden, inner, layers, heads, groups, head, vocab, context } = shape;
    let rotary = Rotary { width: head, theta: 10_000.0, scaling: RotaryScaling::None };
    let plain = LayerAttention { window: None, rotary: 0 };
    let config = ModelConfig {
        architecture: "LlamaForCausalLM",
        hidden,
        inner,
        layers,
        heads,
        groups,
        head,
        vocab,
        context,
        epsilon: 1e-5,
        rotaries: vec![rotary],
        attention: vec![plain; layers as usize],
        score_width: f64::from(head),
        score_cap: None,
        logit_cap: None,
        embedding_factor: 1.0,
        norms_add_one: false,
        has_head_norms: false,
        has_end_norms: false,
        has_joined_tensors: false,
        biases: Biases::default(),
        activation: Activation::Silu,
        tied: true,
        weights: WeightFormat::Int8,
        bos: None,
        eos: Vec::new(),
    };
    match variant {
        Variant::Llama => config,
        Variant::Int4 { group } => ModelConfig { weights: WeightFormat::Int4 { group }, ..config },
        Variant::Everything => ModelConfig {
            rotaries: vec![Rotary { width: head / 2, ..rotary }, Rotary { theta: 500.0, ..rotary }],
            attention: (0..layers)
                .map(|layer| match layer % 2 {
                    0 => LayerAttention { window: Some(context.div_ceil(4)), rotary: 1 },
                    _ => plain,
                })
                .collect(),
            score_cap: Some(5.0),
            logit_cap: Some(3.0),
            embedding_factor: f64::from(hidden).sqrt(),
            has_head_norms: true,
            has_end_norms: true,
            biases: Biases { projection: true, output: true, feed: true },
            activation: Activation::Gelu(Gelu::Tanh),
            ..config
        },
    }
}

/// Draws the parts of a model, each matrix from a seed of its own.
struct Draw<'a> {
    config: &'a ModelConfig,
    seed: u64,
}

impl Draw<'_> {
    fn layer(&mut self, index: u32) -> Layer {
        let config = self.config;
        let (hidden, inner, query) = (config.hidden, config.inner, config.query_width());
        let has_ends = config.has_end_norms;
        let biases = config.biases;
        Layer {
            attention: config.attention[index as usize],
            attention_norm: self.norm(hidden),
            projection: self.product(config.projected_width(), hidden, biases.projection),
            head_norms: config
                .has_head_norms
                .then(|| HeadNorms { query: self.norm(config.head), key: self.norm(config.head) }),
            output: self.product(hidden, query, biases.output),
            attention_end_norm: has_ends.then(|| self.norm(hidden)),
            feed_norm: self.norm(hidden),
            gate_up: self.product(2 * inner, hidden, biases.feed),
            down: self.product(hidden, inner, biases.feed),
            feed_end_norm: has_ends.then(|| self.norm(hidden)),
        }
    }

    /// Weights of one.
    fn norm(&self, width: u32) -> Vec<i32> {
        vec![(f64::from(width).sqrt() * 65536.0).round() as i32; width as usize]
    }

    /// A matrix of a layer, with biases between -1 and 1 where it has any.
    fn product(&mut self, rows: u32, columns: u32, has_bias: bool) -> Matrix {
        let mut matrix = self.matrix(rows, columns, self.config.weights);
        if has_bias {
            let mut state = self.seed ^ 0xb1a5;
            let bias = |_| (split_mix(&mut state) >> 47) as i32 - 65_536;
            matrix.biases = Some((0..rows).map(bias).collect());
        }
        matrix
    }

    fn matrix(&mut self, rows: u32, columns: u32, format: WeightFormat) -> Matrix {
        self.seed = self.seed.wrapping_add(1);
        let cells = rows as usize * columns as usize;
        let (codes, rms) = match format {
            WeightFormat::Int8 => {
                let mut codes = vec![0i8; cells];
                let code = |byte: u8| (byte as i8).max(-127);
                fill(&mut codes, columns as usize, self.seed, code);
                (Codes::Int8(codes), CODE_RMS)
            }
            WeightFormat::Int4 { group } => {
                let mut pairs = vec![0u8; cells / 2];
                fill(&mut pairs, columns as usize / 2, self.seed, |byte| byte);
                let groups = (columns / group) as usize;
                let mut group_scales = vec![0u8; rows as usize * groups];
                fill(&mut group_scales, groups, self.seed ^ 0x5ca1e, |byte| byte);
                (Codes::Int4(Int4Codes { group, pairs, group_scales }), CODE4_RMS * GROUP_SCALE_RMS)
            }
        };
        let step = 1.0 / (f64::from(columns).sqrt() * rms * 127.0);
        let scales = vec![bounded(tables::scale_of(step)); rows as usize];
        Matrix { rows, columns, codes, scales, biases: None }
    }
}

/// Random bytes, each row of `width` from a seed of its own.
fn fill<T: Send>(cells: &mut [T], width: usize, seed: u64, cell: impl Fn(u8) -> T + Sync) {
    cells.par_chunks_mut(width).enumerate().for_each(|(row, cells)| {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(row as u64);
        for chunk in cells.chunks_mut(8) {
            for (place, byte) in chunk.iter_mut().zip(split_mix(&mut state).to_le_bytes()) {
                *place = cell(byte);
            }
        }
    });
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
