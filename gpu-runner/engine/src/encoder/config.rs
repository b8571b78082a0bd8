//! `config.json` of a BERT-family encoder: what is run, and a named refusal for the rest.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use stoa_exact::Gelu;

use super::pooling::{self, Pooling};
use crate::{
    EngineError,
    folder::{
        config::{MAX_CONTEXT_TOKENS, MAX_HEAD_WIDTH, MAX_LAYERS, MAX_VOCAB_SIZE, MAX_WIDTH},
        read_file,
    },
};

/// Most kinds of segments.
pub const MAX_SEGMENTS: u32 = 16;
/// Architectures, and what stands before the names of their tensors.
const ARCHITECTURES: [(&str, Family, Purpose, &str); 6] = [
    ("BertModel", Family::Bert, Purpose::Embedding, ""),
    ("BertForSequenceClassification", Family::Bert, Purpose::Ranking, "bert."),
    ("RobertaModel", Family::Roberta, Purpose::Embedding, ""),
    ("RobertaForSequenceClassification", Family::Roberta, Purpose::Ranking, "roberta."),
    ("XLMRobertaModel", Family::Roberta, Purpose::Embedding, ""),
    ("XLMRobertaForSequenceClassification", Family::Roberta, Purpose::Ranking, "roberta."),
];
/// Their names, for a refusal.
const SUPPORTED: &str =
    "BertModel, RobertaModel and XLMRobertaModel, each also ForSequenceClassification";

/// What differs between the families: names of the last tensors, and where positions begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Positions begin at row 0.
    Bert,
    /// Positions begin behind the row of the padding token.
    Roberta,
}

/// What the encoder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Embedding,
    Ranking,
}

/// What follows the last layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// One embedding of unit length.
    Embedding(Pooling),
    /// One score of a pair of texts: dense, tanh, dense at the first position.
    Ranking,
}

/// The activation between the two products of a feed-forward block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// GELU in one of its forms.
    Gelu(Gelu),
    /// `max(x, 0)`.
    Relu,
}

#[derive(Deserialize)]
struct RawConfig {
    #[serde(default)]
    architectures: Vec<String>,
    hidden_size: u64,
    intermediate_size: u64,
    num_hidden_layers: u64,
    num_attention_heads: u64,
    vocab_size: u64,
    max_position_embeddings: u64,
    #[serde(default = "default_segments")]
    type_vocab_size: u64,
    #[serde(default = "default_epsilon")]
    layer_norm_eps: f64,
    #[serde(default = "default_activation")]
    hidden_act: String,
    #[serde(default = "default_positions")]
    position_embedding_type: String,
    pad_token_id: Option<u64>,
    #[serde(default)]
    is_decoder: bool,
    quantization_config: Option<Value>,
    id2label: Option<serde_json::Map<String, Value>>,
}

// Defaults of Hugging Face's BertConfig, for fields that a folder may leave out.
fn default_segments() -> u64 {
    2
}
fn default_epsilon() -> f64 {
    1e-12
}
fn default_activation() -> String {
    "gelu".to_owned()
}
fn default_positions() -> String {
    "absolute".to_owned()
}

/// An encoder that this engine runs; all sizes are inside their limits.
#[derive(Debug, Clone, PartialEq)]
pub struct EncoderConfig {
    /// Architecture as `config.json` names it.
    pub architecture: &'static str,
    /// What stands before the names of the tensors.
    pub prefix: &'static str,
    /// The family.
    pub family: Family,
    /// What follows the last layer.
    pub head: Head,
    /// Width of the residual stream.
    pub hidden: u32,
    /// Width of the feed-forward block.
    pub inner: u32,
    /// Number of layers.
    pub layers: u32,
    /// Attention heads.
    pub heads: u32,
    /// Number of token ids.
    pub vocab: u32,
    /// Rows of the position table in the file.
    pub position_rows: u32,
    /// Its row for the first token.
    pub first_position: u32,
    /// Most tokens of a text.
    pub context: u32,
    /// Kinds of segments.
    pub segments: u32,
    /// Regularisation of LayerNorm.
    pub epsilon: f64,
    /// Activation of the feed-forward block.
    pub activation: Activation,
}

impl EncoderConfig {
    /// Whether `architecture` is one of the encoders'.
    pub fn knows(architecture: &str) -> bool {
        ARCHITECTURES.iter().any(|(name, ..)| *name == architecture)
    }

    /// Reads and checks `dir/config.json`, and how sentence-transformers pools if it does.
    pub fn read(dir: &Path) -> Result<Self, EngineError> {
        let path = dir.join("config.json");
        let raw: RawConfig = serde_json::from_slice(&read_file(&path)?)
            .map_err(|source| EngineError::InvalidJson { path: path.clone(), source })?;
        let refuse = Refusal { path: &path };
        let named = match raw.architectures.as_slice() {
            [one] => ARCHITECTURES.iter().find(|(name, ..)| name == one),
            _ => None,
        };
        let Some((architecture, family, purpose, prefix)) = named else {
            return refuse.part("architectures", format!("{:?}", raw.architectures), SUPPORTED);
        };
        let activation = check_parts(&refuse, &raw)?;
        let first_position = match family {
            Family::Bert => 0,
            Family::Roberta => raw.pad_token_id.unwrap_or(1).saturating_add(1),
        };
        check_sizes(&refuse, &raw, first_position)?;
        let head = match purpose {
            Purpose::Embedding => Head::Embedding(pooling::read(dir)?),
            Purpose::Ranking => {
                one_label(&refuse, &raw)?;
                Head::Ranking
            }
        };
        let positions = raw.max_position_embeddings - first_position;
        let longest = pooling::longest_text(dir)?.unwrap_or(u64::MAX);
        let context = positions.min(longest).min(MAX_CONTEXT_TOKENS.into());
        refuse.size("max_seq_length", longest, longest >= 1, "at least 1")?;
        Ok(Self {
            architecture,
            prefix,
            family: *family,
            head,
            hidden: raw.hidden_size as u32,
            inner: raw.intermediate_size as u32,
            layers: raw.num_hidden_layers as u32,
            heads: raw.num_attention_heads as u32,
            vocab: raw.vocab_size as u32,
            position_rows: raw.max_position_embeddings as u32,
            first_position: first_position as u32,
            context: context as u32,
            segments: raw.type_vocab_size as u32,
            epsilon: raw.layer_norm_eps,
            activation,
        })
    }

    /// Width of a head.
    pub fn head_width(&self) -> u32 {
        self.hidden / self.heads
    }
}

/// Refuses with the file's name.
struct Refusal<'a> {
    path: &'a Path,
}

impl Refusal<'_> {
    fn part<T>(
        &self,
        field: &'static str,
        found: String,
        supported: &'static str,
    ) -> Result<T, EngineError> {
        let path = PathBuf::from(self.path);
        Err(EngineError::UnsupportedArchitecture { path, field, found, supported })
    }

    fn size(
        &self,
        field: &'static str,
        actual: u64,
        holds: bool,
        rule: &'static str,
    ) -> Result<(), EngineError> {
        if holds {
            return Ok(());
        }
        Err(EngineError::InvalidConfig { path: PathBuf::from(self.path), field, actual, rule })
    }
}

fn check_parts(refuse: &Refusal<'_>, raw: &RawConfig) -> Result<Activation, EngineError> {
    if raw.position_embedding_type != "absolute" {
        let found = raw.position_embedding_type.clone();
        return refuse.part("position_embedding_type", found, "absolute");
    }
    if raw.is_decoder {
        return refuse.part("is_decoder", "true".to_owned(), "encoders");
    }
    if let Some(config) = &raw.quantization_config {
        let found = config.to_string();
        return refuse.part("quantization_config", found, "F32, F16 and BF16 weights");
    }
    if !(0.0..=1.0).contains(&raw.layer_norm_eps) {
        return refuse.part("layer_norm_eps", raw.layer_norm_eps.to_string(), "0 to 1");
    }
    match raw.hidden_act.as_str() {
        "gelu" => Ok(Activation::Gelu(Gelu::Erf)),
        "gelu_new" | "gelu_pytorch_tanh" => Ok(Activation::Gelu(Gelu::Tanh)),
        "relu" => Ok(Activation::Relu),
        other => refuse.part("hidden_act", other.to_owned(), "gelu, gelu_new and relu"),
    }
}

fn check_sizes(
    refuse: &Refusal<'_>,
    raw: &RawConfig,
    first_position: u64,
) -> Result<(), EngineError> {
    let width =
        |value: u64| (32..=u64::from(MAX_WIDTH)).contains(&value) && value.is_multiple_of(32);
    let within = |value: u64, most: u32| (1..=u64::from(most)).contains(&value);
    let width_rule = "a multiple of 32, at most 65536";
    let (hidden, inner, heads) = (raw.hidden_size, raw.intermediate_size, raw.num_attention_heads);
    refuse.size("hidden_size", hidden, width(hidden), width_rule)?;
    refuse.size("intermediate_size", inner, width(inner), width_rule)?;
    let layers = raw.num_hidden_layers;
    refuse.size("num_hidden_layers", layers, within(layers, MAX_LAYERS), "1 to 256")?;
    let divides = heads > 0 && hidden.is_multiple_of(heads);
    let head = hidden.checked_div(heads).unwrap_or_default();
    let holds = divides && head.is_multiple_of(8) && within(head, MAX_HEAD_WIDTH);
    let rule = "such that hidden_size / num_attention_heads is a multiple of 8, at most 256";
    refuse.size("num_attention_heads", heads, holds, rule)?;
    let vocab = raw.vocab_size;
    refuse.size("vocab_size", vocab, within(vocab, MAX_VOCAB_SIZE), "1 to 1048576")?;
    let segments = raw.type_vocab_size;
    refuse.size("type_vocab_size", segments, within(segments, MAX_SEGMENTS), "1 to 16")?;
    let positions = raw.max_position_embeddings;
    let holds = positions > first_position && within(positions, 1 << 20);
    let rule = "more than the first position (pad_token_id + 1 for RoBERTa), at most 1048576";
    refuse.size("max_position_embeddings", positions, holds, rule)
}

/// `transformers` gives a classifier two labels unless the folder says otherwise.
fn one_label(refuse: &Refusal<'_>, raw: &RawConfig) -> Result<(), EngineError> {
    match raw.id2label.as_ref().map_or(2, serde_json::Map::len) {
        1 => Ok(()),
        labels => refuse.part("id2label", format!("{labels} labels"), "one label, the score"),
    }
}
