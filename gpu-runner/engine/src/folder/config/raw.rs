//! The fields of `config.json` that decide anything, as Hugging Face writes them; nothing is checked yet.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::EngineError;

/// `config.json` of a decoder, but for `model_type` and `architectures`, which chose the family.
#[derive(Deserialize)]
pub struct RawConfig {
    pub hidden_size: u64,
    pub intermediate_size: u64,
    pub num_hidden_layers: u64,
    pub num_attention_heads: u64,
    pub num_key_value_heads: Option<u64>,
    pub head_dim: Option<u64>,
    pub vocab_size: u64,
    pub max_position_embeddings: Option<u64>,
    pub rms_norm_eps: Option<f64>,
    pub rope_theta: Option<f64>,
    pub rope_local_base_freq: Option<f64>,
    pub rope_scaling: Option<Value>,
    pub rope_parameters: Option<Value>,
    pub partial_rotary_factor: Option<f64>,
    pub quantization_config: Option<Value>,
    pub hidden_act: Option<String>,
    pub hidden_activation: Option<String>,
    pub attention_bias: Option<bool>,
    pub mlp_bias: Option<bool>,
    pub use_bidirectional_attention: Option<bool>,
    pub use_sliding_window: Option<bool>,
    /// Absent and `null` say different things, so both are kept.
    #[serde(default, deserialize_with = "given")]
    pub sliding_window: Option<Option<u64>>,
    pub max_window_layers: Option<u64>,
    pub sliding_window_pattern: Option<u64>,
    pub layer_types: Option<Vec<String>>,
    pub query_pre_attn_scalar: Option<f64>,
    #[serde(default, deserialize_with = "given")]
    pub attn_logit_softcapping: Option<Option<f64>>,
    #[serde(default, deserialize_with = "given")]
    pub final_logit_softcapping: Option<Option<f64>>,
    pub tie_word_embeddings: Option<bool>,
    pub bos_token_id: Option<u32>,
    pub eos_token_id: Option<TokenIds>,
}

/// One id or a list.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum TokenIds {
    /// One.
    One(u32),
    /// Many.
    Many(Vec<u32>),
}

fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// The refusal of a field.
pub fn refuse<T>(
    path: &Path,
    field: &'static str,
    found: impl ToString,
    supported: &'static str,
) -> Result<T, EngineError> {
    let found = found.to_string();
    Err(EngineError::UnsupportedArchitecture { path: path.to_owned(), field, found, supported })
}
