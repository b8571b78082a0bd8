//! `config.json`: what this engine runs, and a named refusal for the rest.

mod family;
mod format;
mod raw;
mod scaling;
mod sizes;

use std::path::Path;

use serde_json::Value;
use stoa_exact::Gelu;

use crate::{EngineError, integer::rotary::Rotary};
use family::Family;
use raw::{RawConfig, TokenIds, refuse};
use sizes::{Derived, check_real};

pub use format::{FORMAT_FILE, WeightFormat};

/// Most positions of prompt and answer that the engine holds, whatever the model allows.
pub const MAX_CONTEXT_TOKENS: u32 = 8192;
/// Widest head: the workgroup memory of the attention kernels.
pub const MAX_HEAD_WIDTH: u32 = 256;
/// Most token ids.
pub const MAX_VOCAB_SIZE: u32 = 1 << 20;
/// Most layers.
pub const MAX_LAYERS: u32 = 256;
/// Widest layer (hidden or intermediate).
pub const MAX_WIDTH: u32 = 1 << 16;

/// What the feed-forward block does to its gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// `g / (1 + e^-g)`: Llama, Mistral, Qwen, Phi.
    Silu,
    /// GELU: Gemma.
    Gelu(Gelu),
}

/// How one layer attends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerAttention {
    /// The last positions that it sees, its own included; `None` sees all.
    pub window: Option<u32>,
    /// Its rotary embedding: an index into [`ModelConfig::rotaries`].
    pub rotary: usize,
}

/// Which products have a bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Biases {
    /// Query, key and value projections.
    pub projection: bool,
    /// Output projection of attention.
    pub output: bool,
    /// Gate, up and down projections.
    pub feed: bool,
}

/// A decoder that this engine runs: Llama's layer and what a family adds to it. All numbers are inside their limits.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelConfig {
    /// Class as `config.json` names it.
    pub architecture: &'static str,
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
    /// Number of token ids.
    pub vocab: u32,
    /// Positions held by this engine.
    pub context: u32,
    /// Regularisation of RMSNorm.
    pub epsilon: f64,
    /// Rotary embeddings: one, or a second for layers with a window (Gemma 3).
    pub rotaries: Vec<Rotary>,
    /// How each layer attends: as many as layers.
    pub attention: Vec<LayerAttention>,
    /// Scores are divided by the root of this: the head width, or `query_pre_attn_scalar`.
    pub score_width: f64,
    /// Cap of the scores (Gemma 2).
    pub score_cap: Option<f64>,
    /// Cap of the logits (Gemma 2).
    pub logit_cap: Option<f64>,
    /// What multiplies the embedding: 1, or sqrt(hidden) (Gemma).
    pub embedding_factor: f64,
    /// Whether norms multiply by `1 + w` (Gemma).
    pub norms_add_one: bool,
    /// Whether query and key heads are normed before the rotation (Qwen 3, Gemma 3).
    pub has_head_norms: bool,
    /// Whether the outputs of attention and of the feed-forward block are normed too (Gemma 2 and 3).
    pub has_end_norms: bool,
    /// Whether query, key and value rows are one tensor, and gate and up rows (Phi 3).
    pub has_joined_tensors: bool,
    /// Biases of products.
    pub biases: Biases,
    /// Activation of the gate.
    pub activation: Activation,
    /// Whether the output matrix is the embedding.
    pub tied: bool,
    /// How the layers' matrices are stored.
    pub weights: WeightFormat,
    /// Token put in front of every prompt.
    pub bos: Option<u32>,
    /// Tokens that end an answer.
    pub eos: Vec<u32>,
}

impl ModelConfig {
    /// Checks a configuration in the words of `config.json`; `path` is the file that a refusal names.
    pub fn of_json(path: &Path, value: Value, weights: WeightFormat) -> Result<Self, EngineError> {
        let invalid = |source| EngineError::InvalidJson { path: path.to_owned(), source };
        let family = Family::of(path, &value)?;
        let raw: RawConfig = serde_json::from_value(value).map_err(invalid)?;
        let mut config = llama_like(path, &raw, family)?;
        (family.extend)(path, &raw, &mut config)?;
        // A window that holds the whole context is none: the same bits have one root.
        let context = config.context;
        for layer in &mut config.attention {
            layer.window = layer.window.filter(|window| *window < context);
        }
        config.weights = weights.check(path, &config)?;
        Ok(config)
    }

    /// Words of the query projection: heads times head width.
    pub fn query_width(&self) -> u32 {
        self.heads * self.head
    }

    /// Width of the joined query, key and value projection.
    pub fn projected_width(&self) -> u32 {
        (self.heads + 2 * self.groups) * self.head
    }

    /// The first thing that a model has beyond Llama's layer with int8 weights; `None` for Llama itself.
    pub fn beyond_llama(&self) -> Option<&'static str> {
        let has_window = self.attention.iter().any(|layer| layer.window.is_some());
        let is_partial = self.rotaries.iter().any(|rotary| rotary.width != self.head);
        let parts = [
            (self.biases != Biases::default(), "biases of products"),
            (self.has_head_norms, "norms of query and key heads"),
            (self.has_end_norms, "norms behind attention and feed-forward blocks"),
            (self.activation != Activation::Silu, "GELU"),
            (self.score_cap.is_some(), "soft-capped scores"),
            (self.logit_cap.is_some(), "soft-capped logits"),
            (self.embedding_factor != 1.0, "a scaled embedding"),
            (has_window, "attention with a window"),
            (self.rotaries.len() > 1, "two rotary embeddings"),
            (is_partial, "rotation of a part of a head"),
            (self.weights != WeightFormat::Int8, "int4 weights"),
        ];
        parts.into_iter().find(|(has, _)| *has).map(|(_, part)| part)
    }
}

/// The part that all families share.
fn llama_like(path: &Path, raw: &RawConfig, family: &Family) -> Result<ModelConfig, EngineError> {
    if let Some(config) = &raw.quantization_config {
        return refuse(path, "quantization_config", config, "F32, F16 and BF16 weights");
    }
    let defaults = &family.defaults;
    let plain_head = raw.hidden_size / raw.num_attention_heads.max(1);
    let derived = Derived {
        groups: raw.num_key_value_heads.or(defaults.groups).unwrap_or(raw.num_attention_heads),
        head: raw.head_dim.or(defaults.head).unwrap_or(plain_head),
        positions: raw.max_position_embeddings.unwrap_or(defaults.positions),
    };
    sizes::check(path, raw, derived)?;
    let epsilon = raw.rms_norm_eps.unwrap_or(defaults.epsilon);
    let epsilon = check_real(path, "rms_norm_eps", epsilon, 0.0..=1.0, "0 to 1")?;
    let head = derived.head as u32;
    let (rotary, stretch) = scaling::main(path, raw, family, derived)?;
    let context = (derived.positions as f64 * stretch) as u64;
    let everything = LayerAttention { window: None, rotary: 0 };
    Ok(ModelConfig {
        architecture: family.architecture,
        hidden: raw.hidden_size as u32,
        inner: raw.intermediate_size as u32,
        layers: raw.num_hidden_layers as u32,
        heads: raw.num_attention_heads as u32,
        groups: derived.groups as u32,
        head,
        vocab: raw.vocab_size as u32,
        context: context.min(MAX_CONTEXT_TOKENS.into()) as u32,
        epsilon,
        rotaries: vec![rotary],
        attention: vec![everything; raw.num_hidden_layers as usize],
        score_width: f64::from(head),
        score_cap: None,
        logit_cap: None,
        embedding_factor: 1.0,
        norms_add_one: false,
        has_head_norms: false,
        has_end_norms: false,
        has_joined_tensors: false,
        biases: Biases::default(),
        activation: family::activation(path, raw, family)?,
        tied: raw.tie_word_embeddings.unwrap_or(defaults.tied),
        weights: WeightFormat::Int8,
        bos: raw.bos_token_id,
        eos: match &raw.eos_token_id {
            None => Vec::new(),
            Some(TokenIds::One(id)) => vec![*id],
            Some(TokenIds::Many(ids)) => ids.clone(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Golden folders of `models/recipe/golden_decoders.py`: a configuration in the words of older folders, and as
    /// transformers writes it now.
    const FAMILIES: [&str; 12] = [
        "llama-linear",
        "llama-llama3",
        "llama-yarn",
        "llama-biases",
        "mistral",
        "qwen2",
        "qwen2-window",
        "qwen3",
        "phi3",
        "gemma",
        "gemma2",
        "gemma3",
    ];

    fn read(case: &str, file: &str) -> ModelConfig {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(case).join(file);
        let value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        ModelConfig::of_json(&path, value, WeightFormat::Int8).unwrap()
    }

    #[test]
    fn both_ways_of_writing_a_configuration_say_the_same() {
        for case in FAMILIES {
            assert_eq!(read(case, "written.json"), read(case, "config.json"), "{case}");
        }
    }

    #[test]
    fn a_window_as_wide_as_the_context_is_none() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/gemma3/config.json");
        let mut value: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let mut read = |window: u64| {
            value["sliding_window"] = window.into();
            ModelConfig::of_json(&path, value.clone(), WeightFormat::Int8).unwrap().attention[0]
        };
        // The rotary embedding is that of a layer with a window all the same.
        assert_eq!(read(63), LayerAttention { window: Some(63), rotary: 1 });
        assert_eq!(read(64), LayerAttention { window: None, rotary: 1 });
        assert_eq!(read(1 << 40), LayerAttention { window: None, rotary: 1 });
    }

    #[test]
    fn a_family_has_what_its_folder_says() {
        let windows = |case: &str| -> Vec<Option<u32>> {
            read(case, "config.json").attention.iter().map(|layer| layer.window).collect()
        };
        assert_eq!(windows("qwen2"), [None, None]);
        assert_eq!(windows("qwen2-window"), [None, Some(6)]);
        assert_eq!(windows("mistral"), [Some(5), Some(5)]);
        assert_eq!(windows("gemma2"), [Some(6), None]);
        assert_eq!(windows("gemma3"), [Some(6), Some(6), None]);
        let gemma = read("gemma3", "config.json");
        let rotaries: Vec<usize> = gemma.attention.iter().map(|layer| layer.rotary).collect();
        assert_eq!(rotaries, [1, 1, 0]);
        assert_eq!((gemma.score_width, gemma.embedding_factor), (24.0, 32f64.sqrt()));
        assert_eq!(read("phi3", "config.json").rotaries[0].width, 4);
        assert_eq!(read("gemma", "config.json").activation, Activation::Gelu(Gelu::Tanh));
    }
}
