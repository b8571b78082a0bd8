//! From a folder to the integer model.

use stoa_exact::{SoftCap, WeightScale, bounds};

use super::{
    matrix::{Matrix, overflow},
    tables::{self, RotaryTable},
};
use crate::{
    EngineError,
    folder::{
        config::{LayerAttention, ModelConfig, WeightFormat},
        weights::Weights,
    },
};

/// Weights of the norms of query and key heads, times sqrt(head), Q14.16.
pub struct HeadNorms {
    /// Of every query head.
    pub query: Vec<i32>,
    /// Of every key head.
    pub key: Vec<i32>,
}

/// One decoder layer. Norm weights are times sqrt(hidden), Q14.16.
pub struct Layer {
    /// What it attends to.
    pub attention: LayerAttention,
    /// Norm before attention.
    pub attention_norm: Vec<i32>,
    /// Query, key and value projections below one another.
    pub projection: Matrix,
    /// Norms of heads, between projection and rotation.
    pub head_norms: Option<HeadNorms>,
    /// Output projection of attention.
    pub output: Matrix,
    /// Norm of the output projection, before it is added.
    pub attention_end_norm: Option<Vec<i32>>,
    /// Norm before the feed-forward block.
    pub feed_norm: Vec<i32>,
    /// Gate and up projections below one another.
    pub gate_up: Matrix,
    /// Down projection.
    pub down: Matrix,
    /// Norm of the down projection, before it is added.
    pub feed_end_norm: Option<Vec<i32>>,
}

/// A whole model in integers.
pub struct IntegerModel {
    /// Checked configuration.
    pub config: ModelConfig,
    /// Token embedding.
    pub embedding: Matrix,
    /// What multiplies the embedding; mantissa 2^14 and shift 14 are 1.
    pub embedding_factor: WeightScale,
    /// Layers in order.
    pub layers: Vec<Layer>,
    /// Weights of the last norm, times sqrt(hidden), Q14.16.
    pub final_norm: Vec<i32>,
    /// Output matrix; `None` when it is the embedding.
    pub output: Option<Matrix>,
    /// Rotary tables, which layers choose from.
    pub rotaries: Vec<RotaryTable>,
    /// Constant of attention scores.
    pub score: WeightScale,
    /// Cap of attention scores, in units of log2.
    pub score_cap: Option<SoftCap>,
    /// Cap of logits.
    pub logit_cap: Option<SoftCap>,
    /// Regularisation of the norms of rows.
    pub epsilon: u64,
    /// Regularisation of the norms of heads.
    pub head_epsilon: u64,
}

/// Everything of a model that follows from its configuration alone, inside its bounds.
pub struct Constants {
    pub embedding_factor: WeightScale,
    pub rotaries: Vec<RotaryTable>,
    pub score: WeightScale,
    pub score_cap: Option<SoftCap>,
    pub logit_cap: Option<SoftCap>,
    pub epsilon: u64,
    pub head_epsilon: u64,
}

impl Constants {
    /// Computes and checks them.
    pub fn new(config: &ModelConfig) -> Result<Self, EngineError> {
        let epsilon = tables::epsilon(config, config.hidden);
        let head_epsilon = tables::epsilon(config, config.head);
        let score = tables::score_scale(config);
        let embedding_factor = tables::scale_of(config.embedding_factor);
        bounds::norm(config.hidden, epsilon).map_err(|e| overflow("norms", e))?;
        bounds::norm(config.head, head_epsilon).map_err(|e| overflow("norms of heads", e))?;
        bounds::positions(config.context).map_err(|e| overflow("attention", e))?;
        bounds::score_scale(score).map_err(|e| overflow("attention", e))?;
        bounds::vocabulary(config.vocab).map_err(|e| overflow("sampler", e))?;
        bounds::embedding_factor(embedding_factor).map_err(|e| overflow("embedding", e))?;
        let rotary = |rotary| RotaryTable::new(rotary, config.context);
        let rotaries: Vec<RotaryTable> = config.rotaries.iter().map(rotary).collect();
        for entry in rotaries.iter().flat_map(|table| &table.entries) {
            bounds::rotary((*entry).into()).map_err(|e| overflow("rotary tables", e))?;
        }
        let cap = |name, value: Option<f64>, unit| {
            let checked = |value| {
                let cap = tables::cap(value, unit);
                bounds::soft_cap(cap).map_err(|e| overflow(name, e))?;
                Ok(SoftCap::new(cap as i32))
            };
            value.map(checked).transpose()
        };
        Ok(Self {
            embedding_factor,
            rotaries,
            score,
            score_cap: cap("attention", config.score_cap, std::f64::consts::LOG2_E)?,
            logit_cap: cap("logits", config.logit_cap, 1.0)?,
            epsilon,
            head_epsilon,
        })
    }
}

/// The weights of a model, in integers.
pub struct Parts {
    pub embedding: Matrix,
    pub layers: Vec<Layer>,
    pub final_norm: Vec<i32>,
    pub output: Option<Matrix>,
}

impl IntegerModel {
    /// Quantises the weights and checks every bound.
    pub fn build(config: ModelConfig, weights: &Weights<'_>) -> Result<Self, EngineError> {
        let constants = Constants::new(&config)?;
        let source = Source { config: &config, weights };
        let vocabulary = [config.vocab, config.hidden];
        let embedding = source.int8("model.embed_tokens", vocabulary)?;
        let layers =
            (0..config.layers).map(|index| source.layer(index)).collect::<Result<_, _>>()?;
        let final_norm = source.norm("model.norm", config.hidden)?;
        let output = match config.tied {
            true => None,
            false => Some(source.int8("lm_head", vocabulary)?),
        };
        let parts = Parts { embedding, layers, final_norm, output };
        Ok(Self::of_parts(config, constants, parts))
    }

    /// Joins what was made and checked apart.
    pub fn of_parts(config: ModelConfig, constants: Constants, parts: Parts) -> Self {
        let Parts { embedding, layers, final_norm, output } = parts;
        let Constants {
            embedding_factor,
            rotaries,
            score,
            score_cap,
            logit_cap,
            epsilon,
            head_epsilon,
        } = constants;
        Self {
            config,
            embedding,
            embedding_factor,
            layers,
            final_norm,
            output,
            rotaries,
            score,
            score_cap,
            logit_cap,
            epsilon,
            head_epsilon,
        }
    }

    /// Refuses a model that is more than Llama's layer with int8 weights; `what` runs nothing else.
    pub fn require_llama(&self, what: &'static str) -> Result<(), EngineError> {
        let architecture = self.config.architecture;
        match self.config.beyond_llama() {
            None => Ok(()),
            Some(part) => Err(EngineError::MissingPart { what, part, architecture }),
        }
    }

    /// The matrix that gives the logits.
    pub fn head(&self) -> &Matrix {
        self.output.as_ref().unwrap_or(&self.embedding)
    }

    /// Number of weights; a tied output matrix counts once.
    pub fn parameter_count(&self) -> u64 {
        let layers = self.layers.iter().map(|layer| {
            let matrices = [&layer.projection, &layer.output, &layer.gate_up, &layer.down];
            let ends = [&layer.attention_end_norm, &layer.feed_end_norm];
            let heads = layer.head_norms.as_ref();
            matrices.into_iter().map(Matrix::parameters).sum::<u64>()
                + (layer.attention_norm.len() + layer.feed_norm.len()) as u64
                + ends.into_iter().flatten().map(|norm| norm.len() as u64).sum::<u64>()
                + heads.map_or(0, |norms| (norms.query.len() + norms.key.len()) as u64)
        });
        let output = self.output.as_ref().map_or(0, Matrix::parameters);
        self.embedding.parameters() + layers.sum::<u64>() + self.final_norm.len() as u64 + output
    }
}

struct Source<'a> {
    config: &'a ModelConfig,
    weights: &'a Weights<'a>,
}

impl Source<'_> {
    fn layer(&self, index: u32) -> Result<Layer, EngineError> {
        let config = self.config;
        let hidden = config.hidden;
        let part = |name: &str| format!("model.layers.{index}.{name}");
        let norm = |name: &str| self.norm(&part(name), hidden);
        // What stands before the feed-forward block has another name where a norm stands behind attention too.
        let (feed_norm, ends) = match config.has_end_norms {
            false => ("post_attention_layernorm", None),
            true => (
                "pre_feedforward_layernorm",
                Some(["post_attention_layernorm", "post_feedforward_layernorm"]),
            ),
        };
        let end = |place: usize| ends.map(|names| norm(names[place])).transpose();
        let head_norm = |name: &str| self.norm(&part(name), config.head);
        let head_norms = || -> Result<HeadNorms, EngineError> {
            let query = head_norm("self_attn.q_norm")?;
            Ok(HeadNorms { query, key: head_norm("self_attn.k_norm")? })
        };
        let matrix = |name: &str, shape, has_bias| self.matrix(&part(name), shape, has_bias);
        Ok(Layer {
            attention: config.attention[index as usize],
            attention_norm: norm("input_layernorm")?,
            projection: self.projection(&part)?,
            head_norms: config.has_head_norms.then(head_norms).transpose()?,
            output: matrix(
                "self_attn.o_proj",
                [hidden, config.query_width()],
                config.biases.output,
            )?,
            attention_end_norm: end(0)?,
            feed_norm: norm(feed_norm)?,
            gate_up: self.gate_up(&part)?,
            down: matrix("mlp.down_proj", [hidden, config.inner], config.biases.feed)?,
            feed_end_norm: end(1)?,
        })
    }

    fn projection(&self, part: &dyn Fn(&str) -> String) -> Result<Matrix, EngineError> {
        let config = self.config;
        let bias = config.biases.projection;
        if config.has_joined_tensors {
            let shape = [config.projected_width(), config.hidden];
            return self.matrix(&part("self_attn.qkv_proj"), shape, bias);
        }
        let matrix = |name: &str, rows: u32| self.matrix(&part(name), [rows, config.hidden], bias);
        let group = config.groups * config.head;
        let query = matrix("self_attn.q_proj", config.query_width())?;
        let key = matrix("self_attn.k_proj", group)?;
        Ok(query.below(key).below(matrix("self_attn.v_proj", group)?))
    }

    fn gate_up(&self, part: &dyn Fn(&str) -> String) -> Result<Matrix, EngineError> {
        let ModelConfig { inner, hidden, biases, .. } = *self.config;
        if self.config.has_joined_tensors {
            return self.matrix(&part("mlp.gate_up_proj"), [2 * inner, hidden], biases.feed);
        }
        let matrix = |name: &str| self.matrix(&part(name), [inner, hidden], biases.feed);
        Ok(matrix("mlp.gate_proj")?.below(matrix("mlp.up_proj")?))
    }

    /// A matrix of a layer, `[rows, columns]`.
    fn matrix(&self, name: &str, shape: [u32; 2], has_bias: bool) -> Result<Matrix, EngineError> {
        let matrix = self.quantised(name, shape, self.config.weights)?;
        if !has_bias {
            return Ok(matrix);
        }
        let biases = self.weights.tensor(&format!("{name}.bias"), &[shape[0] as usize])?;
        matrix.with_biases(&biases, stem(name))
    }

    /// A matrix that is int8 whatever the layers are.
    fn int8(&self, name: &str, shape: [u32; 2]) -> Result<Matrix, EngineError> {
        self.quantised(name, shape, WeightFormat::Int8)
    }

    fn quantised(
        &self,
        name: &str,
        shape: [u32; 2],
        format: WeightFormat,
    ) -> Result<Matrix, EngineError> {
        let tensor = format!("{name}.weight");
        let values = self.weights.tensor(&tensor, &shape.map(|size| size as usize))?;
        Matrix::quantise(&values, shape[1], format, stem(name))
    }

    /// `round(w * sqrt(width) * 2^16)` of a norm's weights, `1 + w` for `w` where the family says so.
    fn norm(&self, name: &str, width: u32) -> Result<Vec<i32>, EngineError> {
        let values = self.weights.tensor(&format!("{name}.weight"), &[width as usize])?;
        let unit = f64::from(width).sqrt() * 65536.0;
        let offset = if self.config.norms_add_one { 1.0 } else { 0.0 };
        let fixed = values.iter().map(|value| {
            // Saturating conversion: a huge weight becomes i64::MAX and breaks the bound below.
            let weight = ((offset + f64::from(*value)) * unit).round() as i64;
            bounds::norm_weight(weight).map(|()| weight as i32)
        });
        fixed.collect::<Result<_, _>>().map_err(|exceeded| overflow(stem(name), exceeded))
    }
}

/// The name in a refusal.
fn stem(name: &str) -> &str {
    name.trim_start_matches("model.")
}
