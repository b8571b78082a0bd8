//! The integer model and the parts that it is made of.

use stoa_exact::{SoftCap, WeightScale, bounds};

use super::{
    matrix::{Matrix, overflow},
    parts::{MatrixPart, NormPart, PartSource},
    tables::{self, RotaryTable},
};
use crate::{
    EngineError,
    folder::config::{LayerAttention, ModelConfig, WeightFormat},
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
    /// Asks for every part in the order of the model root; every bound is checked.
    pub fn build(config: ModelConfig, source: &dyn PartSource) -> Result<Self, EngineError> {
        let constants = Constants::new(&config)?;
        let needs = Needs { config: &config, source };
        let embedding = needs.vocabulary("embedding", "model.embed_tokens")?;
        let layers =
            (0..config.layers).map(|index| needs.layer(index)).collect::<Result<_, _>>()?;
        let final_norm =
            needs.norm("final_norm".to_owned(), "model.norm".to_owned(), config.hidden)?;
        let output = match config.tied {
            true => None,
            false => Some(needs.vocabulary("output", "lm_head")?),
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

/// What a model needs of whoever has its parts.
struct Needs<'a> {
    config: &'a ModelConfig,
    source: &'a dyn PartSource,
}

impl Needs<'_> {
    fn layer(&self, index: u32) -> Result<Layer, EngineError> {
        let config = self.config;
        let hidden = config.hidden;
        let norm = |section: &str, name: &str, width: u32| {
            self.norm(format!("layers.{index}.{section}"), part(index, name), width)
        };
        // What stands before the feed-forward block has another name where a norm stands behind attention too.
        let (feed_norm, ends) = match config.has_end_norms {
            false => ("post_attention_layernorm", None),
            true => (
                "pre_feedforward_layernorm",
                Some(["post_attention_layernorm", "post_feedforward_layernorm"]),
            ),
        };
        let end = |section: &str, place: usize| {
            ends.map(|names| norm(section, names[place], hidden)).transpose()
        };
        let head_norms = || -> Result<HeadNorms, EngineError> {
            let query = norm("query_norm", "self_attn.q_norm", config.head)?;
            Ok(HeadNorms { query, key: norm("key_norm", "self_attn.k_norm", config.head)? })
        };
        let query = config.query_width();
        let biases = config.biases;
        // The order of these fields is the order of the sections in the model root.
        Ok(Layer {
            attention: config.attention[index as usize],
            attention_norm: norm("attention_norm", "input_layernorm", hidden)?,
            projection: self.projection(index)?,
            head_norms: config.has_head_norms.then(head_norms).transpose()?,
            output: self.matrix(
                index,
                "output",
                &[("self_attn.o_proj", hidden)],
                query,
                biases.output,
            )?,
            attention_end_norm: end("attention_end_norm", 0)?,
            feed_norm: norm("feed_norm", feed_norm, hidden)?,
            gate_up: self.gate_up(index)?,
            down: self.matrix(
                index,
                "down",
                &[("mlp.down_proj", hidden)],
                config.inner,
                biases.feed,
            )?,
            feed_end_norm: end("feed_end_norm", 1)?,
        })
    }

    fn projection(&self, index: u32) -> Result<Matrix, EngineError> {
        let config = self.config;
        let group = config.groups * config.head;
        let joined = [("self_attn.qkv_proj", config.projected_width())];
        let apart = [
            ("self_attn.q_proj", config.query_width()),
            ("self_attn.k_proj", group),
            ("self_attn.v_proj", group),
        ];
        let tensors: &[_] = if config.has_joined_tensors { &joined } else { &apart };
        self.matrix(index, "projection", tensors, config.hidden, config.biases.projection)
    }

    fn gate_up(&self, index: u32) -> Result<Matrix, EngineError> {
        let ModelConfig { inner, hidden, biases, .. } = *self.config;
        let joined = [("mlp.gate_up_proj", 2 * inner)];
        let apart = [("mlp.gate_proj", inner), ("mlp.up_proj", inner)];
        let tensors: &[_] = if self.config.has_joined_tensors { &joined } else { &apart };
        self.matrix(index, "gate_up", tensors, hidden, biases.feed)
    }

    /// A matrix of a layer: tensors with their rows, below one another.
    fn matrix(
        &self,
        index: u32,
        section: &str,
        tensors: &[(&str, u32)],
        columns: u32,
        has_biases: bool,
    ) -> Result<Matrix, EngineError> {
        self.source.matrix(MatrixPart {
            section: format!("layers.{index}.{section}"),
            tensors: tensors.iter().map(|(name, rows)| (part(index, name), *rows)).collect(),
            columns,
            format: self.config.weights,
            has_biases,
        })
    }

    /// A matrix with a row for every token: int8 whatever the layers are.
    fn vocabulary(&self, section: &str, name: &str) -> Result<Matrix, EngineError> {
        self.source.matrix(MatrixPart {
            section: section.to_owned(),
            tensors: vec![(name.to_owned(), self.config.vocab)],
            columns: self.config.hidden,
            format: WeightFormat::Int8,
            has_biases: false,
        })
    }

    fn norm(&self, section: String, tensor: String, width: u32) -> Result<Vec<i32>, EngineError> {
        let adds_one = self.config.norms_add_one;
        self.source.norm(NormPart { section, tensor, width, adds_one })
    }
}

/// Hugging Face's name of a part of a layer.
fn part(index: u32, name: &str) -> String {
    format!("model.layers.{index}.{name}")
}
