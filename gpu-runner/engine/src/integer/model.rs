//! From a folder to the integer model.

use stoa_exact::{WeightScale, bounds};

use super::{
    matrix::{Matrix, overflow},
    tables,
};
use crate::{
    EngineError,
    folder::{config::ModelConfig, weights::Weights},
};

/// One decoder layer.
pub struct Layer {
    /// Weights of the norm before attention, times sqrt(hidden), Q14.16.
    pub attention_norm: Vec<i32>,
    /// Query, key and value projections below one another.
    pub projection: Matrix,
    /// Output projection of attention.
    pub output: Matrix,
    /// Weights of the norm before the feed-forward block, times sqrt(hidden), Q14.16.
    pub feed_norm: Vec<i32>,
    /// Gate and up projections below one another.
    pub gate_up: Matrix,
    /// Down projection.
    pub down: Matrix,
}

/// A whole model in integers.
pub struct IntegerModel {
    /// Checked configuration.
    pub config: ModelConfig,
    /// Token embedding.
    pub embedding: Matrix,
    /// Layers in order.
    pub layers: Vec<Layer>,
    /// Weights of the last norm, times sqrt(hidden), Q14.16.
    pub final_norm: Vec<i32>,
    /// Output matrix; `None` when it is the embedding.
    pub output: Option<Matrix>,
    /// Rotary tables, Q1.30.
    pub rope: Vec<i32>,
    /// Constant of attention scores.
    pub score: WeightScale,
    /// Regularisation of RMSNorm.
    pub epsilon: u64,
}

impl IntegerModel {
    /// Quantises the weights and checks every bound.
    pub fn build(config: ModelConfig, weights: &Weights) -> Result<Self, EngineError> {
        let epsilon = tables::epsilon(&config);
        let score = tables::score_scale(&config);
        bounds::norm(config.hidden, epsilon).map_err(|e| overflow("norms", e))?;
        bounds::positions(config.context).map_err(|e| overflow("attention", e))?;
        bounds::score_scale(score).map_err(|e| overflow("attention", e))?;
        bounds::vocabulary(config.vocab).map_err(|e| overflow("sampler", e))?;
        let rope = tables::rope(&config);
        for entry in &rope {
            bounds::rotary((*entry).into()).map_err(|e| overflow("rotary tables", e))?;
        }
        let source = Source { config: &config, weights };
        let embedding = source.matrix("model.embed_tokens", [config.vocab, config.hidden])?;
        let layers =
            (0..config.layers).map(|index| source.layer(index)).collect::<Result<_, _>>()?;
        let final_norm = source.norm("model.norm")?;
        let output = match config.tied {
            true => None,
            false => Some(source.matrix("lm_head", [config.vocab, config.hidden])?),
        };
        Ok(Self { embedding, layers, final_norm, output, rope, score, epsilon, config })
    }

    /// The matrix that gives the logits.
    pub fn head(&self) -> &Matrix {
        self.output.as_ref().unwrap_or(&self.embedding)
    }

    /// Number of weights; a tied output matrix counts once.
    pub fn parameter_count(&self) -> u64 {
        let hidden = u64::from(self.config.hidden);
        let size = |matrix: &Matrix| matrix.codes.len() as u64;
        let layers = self.layers.iter().map(|layer| {
            let matrices = [&layer.projection, &layer.output, &layer.gate_up, &layer.down];
            matrices.into_iter().map(size).sum::<u64>() + 2 * hidden
        });
        let output = self.output.as_ref().map_or(0, size);
        size(&self.embedding) + layers.sum::<u64>() + hidden + output
    }
}

struct Source<'a> {
    config: &'a ModelConfig,
    weights: &'a Weights,
}

impl Source<'_> {
    fn layer(&self, index: u32) -> Result<Layer, EngineError> {
        let config = self.config;
        let part = |name: &str| format!("model.layers.{index}.{name}");
        let matrix = |name: &str, shape: [u32; 2]| self.matrix(&part(name), shape);
        let (query, group) = (config.query_width(), config.groups * config.head);
        Ok(Layer {
            attention_norm: self.norm(&part("input_layernorm"))?,
            projection: Matrix::stack(vec![
                matrix("self_attn.q_proj", [query, config.hidden])?,
                matrix("self_attn.k_proj", [group, config.hidden])?,
                matrix("self_attn.v_proj", [group, config.hidden])?,
            ]),
            output: matrix("self_attn.o_proj", [config.hidden, query])?,
            feed_norm: self.norm(&part("post_attention_layernorm"))?,
            gate_up: Matrix::stack(vec![
                matrix("mlp.gate_proj", [config.inner, config.hidden])?,
                matrix("mlp.up_proj", [config.inner, config.hidden])?,
            ]),
            down: matrix("mlp.down_proj", [config.hidden, config.inner])?,
        })
    }

    /// A matrix of `[rows, columns]`.
    fn matrix(&self, name: &str, shape: [u32; 2]) -> Result<Matrix, EngineError> {
        let tensor = format!("{name}.weight");
        let values = self.weights.tensor(&tensor, &shape.map(|size| size as usize))?;
        Matrix::quantise(&values, shape[1], name.trim_start_matches("model."))
    }

    /// `round(w * sqrt(hidden) * 2^16)` of a norm's weights.
    fn norm(&self, name: &str) -> Result<Vec<i32>, EngineError> {
        let hidden = self.config.hidden;
        let values = self.weights.tensor(&format!("{name}.weight"), &[hidden as usize])?;
        let unit = f64::from(hidden).sqrt() * 65536.0;
        let fixed = values.iter().map(|value| {
            // Saturating conversion: a huge weight becomes i64::MAX and breaks the bound below.
            let weight = (f64::from(*value) * unit).round() as i64;
            bounds::norm_weight(weight).map(|()| weight as i32)
        });
        let layer = name.trim_start_matches("model.");
        fixed.collect::<Result<_, _>>().map_err(|exceeded| overflow(layer, exceeded))
    }
}
