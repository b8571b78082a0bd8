//! `config.json`: what this engine runs, and a named refusal for the rest.

mod scaling;

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{EngineError, integer::rotary::RotaryScaling};

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

#[derive(Deserialize)]
struct RawConfig {
    #[serde(default)]
    architectures: Vec<String>,
    #[serde(default)]
    model_type: String,
    hidden_size: u64,
    intermediate_size: u64,
    num_hidden_layers: u64,
    num_attention_heads: u64,
    num_key_value_heads: Option<u64>,
    head_dim: Option<u64>,
    vocab_size: u64,
    #[serde(default = "default_context")]
    max_position_embeddings: u64,
    #[serde(default = "default_epsilon")]
    rms_norm_eps: f64,
    #[serde(default = "default_theta")]
    rope_theta: f64,
    rope_scaling: Option<serde_json::Value>,
    rope_parameters: Option<serde_json::Value>,
    quantization_config: Option<serde_json::Value>,
    #[serde(default = "default_activation")]
    hidden_act: String,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    mlp_bias: bool,
    #[serde(default)]
    tie_word_embeddings: bool,
    bos_token_id: Option<u32>,
    eos_token_id: Option<TokenIds>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TokenIds {
    One(u32),
    Many(Vec<u32>),
}

// Defaults of Hugging Face's LlamaConfig, for fields that a folder may leave out.
fn default_context() -> u64 {
    2048
}
fn default_epsilon() -> f64 {
    1e-6
}
fn default_theta() -> f64 {
    10_000.0
}
fn default_activation() -> String {
    "silu".to_owned()
}

/// A Llama configuration that this engine runs; all sizes are inside their limits.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelConfig {
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
    /// Base of the rotary frequencies.
    pub theta: f64,
    /// How these frequencies were stretched.
    pub scaling: RotaryScaling,
    /// Whether the output matrix is the embedding.
    pub tied: bool,
    /// Token put in front of every prompt.
    pub bos: Option<u32>,
    /// Tokens that end an answer.
    pub eos: Vec<u32>,
}

impl ModelConfig {
    /// Checks a configuration in the words of `config.json`; `path` is the file that a refusal names.
    pub fn of_json(path: &Path, value: serde_json::Value) -> Result<Self, EngineError> {
        let raw: RawConfig = serde_json::from_value(value)
            .map_err(|source| EngineError::InvalidJson { path: path.to_owned(), source })?;
        check_architecture(path, &raw)?;
        check_sizes(path, raw)
    }

    /// Words of the query projection: heads times head width.
    pub fn query_width(&self) -> u32 {
        self.heads * self.head
    }

    /// Width of the joined query, key and value projection.
    pub fn projected_width(&self) -> u32 {
        (self.heads + 2 * self.groups) * self.head
    }
}

fn check_architecture(path: &Path, raw: &RawConfig) -> Result<(), EngineError> {
    let refuse = |field: &'static str, found: String, supported: &'static str| {
        Err(EngineError::UnsupportedArchitecture { path: path.to_owned(), field, found, supported })
    };
    if raw.model_type != "llama" {
        return refuse("model_type", format!("{:?}", raw.model_type), "\"llama\"");
    }
    if !raw.architectures.is_empty() && raw.architectures != ["LlamaForCausalLM"] {
        return refuse("architectures", format!("{:?}", raw.architectures), "LlamaForCausalLM");
    }
    if raw.hidden_act != "silu" {
        return refuse("hidden_act", raw.hidden_act.clone(), "silu");
    }
    if raw.attention_bias {
        return refuse("attention_bias", "true".to_owned(), "projections without bias");
    }
    if raw.mlp_bias {
        return refuse("mlp_bias", "true".to_owned(), "projections without bias");
    }
    if let Some(config) = &raw.quantization_config {
        return refuse("quantization_config", config.to_string(), "F32, F16 and BF16 weights");
    }
    Ok(())
}

/// One size and its limit.
struct Rule {
    field: &'static str,
    actual: u64,
    holds: bool,
    rule: &'static str,
}

fn check_sizes(path: &Path, raw: RawConfig) -> Result<ModelConfig, EngineError> {
    let groups = raw.num_key_value_heads.unwrap_or(raw.num_attention_heads);
    let head = raw.head_dim.unwrap_or(raw.hidden_size / raw.num_attention_heads.max(1));
    let rules = size_rules(&raw, groups, head);
    if let Some(broken) = rules.into_iter().find(|rule| !rule.holds) {
        let Rule { field, actual, rule, .. } = broken;
        return Err(EngineError::InvalidConfig { path: path.to_owned(), field, actual, rule });
    }
    let theta = raw
        .rope_parameters
        .as_ref()
        .and_then(|parameters| parameters.get("rope_theta")?.as_f64())
        .unwrap_or(raw.rope_theta);
    check_real(path, "rms_norm_eps", raw.rms_norm_eps, 0.0..=1.0)?;
    check_real(path, "rope_theta", theta, 1.0..=1e9)?;
    let (scaling, stretch) = scaling::read(path, &raw)?;
    let context = (raw.max_position_embeddings as f64 * stretch) as u64;
    Ok(ModelConfig {
        hidden: raw.hidden_size as u32,
        inner: raw.intermediate_size as u32,
        layers: raw.num_hidden_layers as u32,
        heads: raw.num_attention_heads as u32,
        groups: groups as u32,
        head: head as u32,
        vocab: raw.vocab_size as u32,
        context: context.min(MAX_CONTEXT_TOKENS.into()) as u32,
        epsilon: raw.rms_norm_eps,
        theta,
        scaling,
        tied: raw.tie_word_embeddings,
        bos: raw.bos_token_id,
        eos: match raw.eos_token_id {
            None => Vec::new(),
            Some(TokenIds::One(id)) => vec![id],
            Some(TokenIds::Many(ids)) => ids,
        },
    })
}

fn size_rules(raw: &RawConfig, groups: u64, head: u64) -> Vec<Rule> {
    let rule = |field, actual, holds, rule| Rule { field, actual, holds, rule };
    let width =
        |value: u64| (32..=u64::from(MAX_WIDTH)).contains(&value) && value.is_multiple_of(32);
    let heads = raw.num_attention_heads;
    let layers = raw.num_hidden_layers;
    let vocab = raw.vocab_size;
    let width_rule = "a multiple of 32, at most 65536";
    let bounded_head = (8..=u64::from(MAX_HEAD_WIDTH)).contains(&head) && head.is_multiple_of(8);
    let query = heads.saturating_mul(head);
    vec![
        rule("hidden_size", raw.hidden_size, width(raw.hidden_size), width_rule),
        rule("intermediate_size", raw.intermediate_size, width(raw.intermediate_size), width_rule),
        rule(
            "num_hidden_layers",
            layers,
            (1..=u64::from(MAX_LAYERS)).contains(&layers),
            "1 to 256",
        ),
        rule("head_dim", head, bounded_head, "a multiple of 8, at most 256"),
        rule(
            "num_attention_heads",
            heads,
            width(query),
            "such that heads x head_dim is a multiple of 32, at most 65536",
        ),
        rule(
            "num_key_value_heads",
            groups,
            groups > 0 && heads.is_multiple_of(groups),
            "at least 1 and a divisor of num_attention_heads",
        ),
        rule("vocab_size", vocab, (1..=u64::from(MAX_VOCAB_SIZE)).contains(&vocab), "1 to 1048576"),
        rule(
            "max_position_embeddings",
            raw.max_position_embeddings,
            raw.max_position_embeddings >= 2,
            "at least 2",
        ),
    ]
}

fn check_real(
    path: &Path,
    field: &'static str,
    value: f64,
    range: std::ops::RangeInclusive<f64>,
) -> Result<(), EngineError> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(EngineError::UnsupportedArchitecture {
        path: PathBuf::from(path),
        field,
        found: value.to_string(),
        supported: if field == "rope_theta" { "1 to 1e9" } else { "0 to 1" },
    })
}
