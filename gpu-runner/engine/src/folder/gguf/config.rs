//! `config.json` out of the metadata of a GGUF file.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Map, Value, json};

use super::{GgufError, distinct, metadata::Metadata, tokenizer};
use crate::{
    EngineError,
    folder::weights::{Stored, Weights},
};

/// The factors of rotary frequencies that a file may carry in place of a rule.
pub const FACTORS: &str = "rope_freqs.weight";
/// Parameters of the rule that made them: all releases of Llama 3 that have one use these.
const LLAMA3: Llama3 = Llama3 { low: 1.0, high: 4.0, original: 8192.0 };
/// Relative distance up to which factors count as made by the rule: they are 32-bit floats of 32-bit arithmetic.
const FACTOR_TOLERANCE: f64 = 1e-4;

struct Llama3 {
    low: f64,
    high: f64,
    original: f64,
}

/// Names of an architecture.
struct Architecture {
    /// llama.cpp's, which is also the prefix of its keys.
    name: &'static str,
    model_type: &'static str,
    class: &'static str,
    activation: &'static str,
}

impl Architecture {
    /// Whether a layer has a norm on either side of both blocks: Gemma 2 and 3, which have windows too.
    fn has_four_norms(&self) -> bool {
        matches!(self.name, "gemma2" | "gemma3")
    }
}

const ARCHITECTURES: [Architecture; 6] = [
    Architecture {
        name: "llama",
        model_type: "llama",
        class: "LlamaForCausalLM",
        activation: "silu",
    },
    Architecture {
        name: "qwen2",
        model_type: "qwen2",
        class: "Qwen2ForCausalLM",
        activation: "silu",
    },
    Architecture {
        name: "qwen3",
        model_type: "qwen3",
        class: "Qwen3ForCausalLM",
        activation: "silu",
    },
    Architecture {
        name: "gemma",
        model_type: "gemma",
        class: "GemmaForCausalLM",
        activation: "gelu_pytorch_tanh",
    },
    Architecture {
        name: "gemma2",
        model_type: "gemma2",
        class: "Gemma2ForCausalLM",
        activation: "gelu_pytorch_tanh",
    },
    Architecture {
        name: "gemma3",
        model_type: "gemma3_text",
        class: "Gemma3ForCausalLM",
        activation: "gelu_pytorch_tanh",
    },
];

/// What the metadata say of the architecture, as Hugging Face writes it.
pub struct GgufConfig {
    fields: Map<String, Value>,
    architecture: &'static Architecture,
    head: u64,
    theta: f64,
}

/// Reads the metadata.
pub fn read(
    metadata: &Metadata,
    tensors: &BTreeMap<String, Stored>,
) -> Result<GgufConfig, GgufError> {
    let architecture = architecture(metadata)?;
    let keys = Keys { metadata, prefix: architecture.name };
    let hidden = keys.required("embedding_length")?;
    let heads = keys.required("attention.head_count")?;
    let groups = keys.number("attention.head_count_kv")?.unwrap_or(heads);
    let head = keys.number("attention.key_length")?.or(keys.number("rope.dimension_count")?);
    let head = head.unwrap_or(hidden / heads.max(1));
    refuse_other_widths(&keys, head)?;
    let theta = keys.real("rope.freq_base")?.unwrap_or(10_000.0);
    let vocab = tensors.get("token_embd.weight").and_then(|tensor| tensor.shape.first());
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    set("architectures", json!([architecture.class]));
    set("model_type", architecture.model_type.into());
    set("hidden_act", architecture.activation.into());
    set("hidden_size", hidden.into());
    set("intermediate_size", keys.required("feed_forward_length")?.into());
    set("num_hidden_layers", keys.required("block_count")?.into());
    set("num_attention_heads", heads.into());
    set("num_key_value_heads", groups.into());
    set("head_dim", head.into());
    set("vocab_size", vocab.copied().unwrap_or(0).into());
    set("max_position_embeddings", keys.required("context_length")?.into());
    set("rms_norm_eps", keys.required_real("attention.layer_norm_rms_epsilon")?.into());
    set("rope_theta", theta.into());
    set("tie_word_embeddings", (!tensors.contains_key("output.weight")).into());
    optional_fields(&keys, architecture.has_four_norms(), &mut set)?;
    if architecture.has_four_norms() {
        // The file does not say it; the largest of each family divides by another width than that of a head.
        let layers = keys.required("block_count")?;
        let is_largest = [("gemma2", 46), ("gemma3", 62)].contains(&(architecture.name, layers));
        let width = if is_largest { hidden / heads.max(1) } else { head };
        set("query_pre_attn_scalar", (width as f64).into());
    }
    for (tensor, field) in
        [("blk.0.attn_q.bias", "attention_bias"), ("blk.0.ffn_gate.bias", "mlp_bias")]
    {
        // Qwen 2 has biases by its name alone.
        let is_said = architecture.name != "qwen2";
        if is_said && tensors.contains_key(tensor) {
            set(field, true.into());
        }
    }
    if let Some(scaling) = scaling(&keys)? {
        set("rope_scaling", scaling);
    }
    if tokenizer::adds_start(metadata)? {
        set("bos_token_id", json!(metadata.token("tokenizer.ggml.bos_token_id")?));
    }
    let ends = ["eos", "eot", "eom"].map(|end| format!("tokenizer.ggml.{end}_token_id"));
    let ends: Vec<_> = ends.iter().map(|key| metadata.token(key)).collect::<Result<_, _>>()?;
    set("eos_token_id", json!(distinct(ends)));
    Ok(GgufConfig { fields, architecture, head, theta })
}

impl GgufConfig {
    /// Width of a head.
    pub fn head_width(&self) -> usize {
        self.head as usize
    }

    /// Whether queries and keys are stored in llama.cpp's order.
    pub fn is_llama(&self) -> bool {
        self.architecture.name == "llama"
    }

    /// Whether norms are stored as 1 + w.
    pub fn adds_one_to_norms(&self) -> bool {
        self.architecture.name.starts_with("gemma")
    }

    /// Whether a layer has a norm on either side of both blocks.
    pub fn has_four_norms(&self) -> bool {
        self.architecture.has_four_norms()
    }

    /// Adds the rotary scaling that the file gives as factors: the rule is recognised, other factors are refused.
    pub fn with_frequency_factors(
        mut self,
        path: &Path,
        weights: &Weights,
    ) -> Result<Self, EngineError> {
        if !weights.has(FACTORS) {
            return Ok(self);
        }
        let pairs = self.head_width() / 2;
        let factors = weights.tensor(FACTORS, &[pairs])?;
        let factor = factors.iter().copied().fold(1.0, f32::max);
        let matches = factors.iter().enumerate().all(|(pair, found)| {
            let expected = self.llama3_factor(pair, f64::from(factor));
            (f64::from(*found) / expected - 1.0).abs() <= FACTOR_TOLERANCE
        });
        if !matches || self.fields.contains_key("rope_scaling") {
            let source = GgufError::Unsupported {
                key: FACTORS.to_owned(),
                found: "a list of factors".to_owned(),
                supported: "the factors of Llama 3",
            };
            return Err(EngineError::Gguf { path: path.to_owned(), source });
        }
        let scaling = json!({
            "rope_type": "llama3", "factor": f64::from(factor), "low_freq_factor": LLAMA3.low,
            "high_freq_factor": LLAMA3.high, "original_max_position_embeddings": LLAMA3.original,
        });
        self.fields.insert("rope_scaling".to_owned(), scaling);
        Ok(self)
    }

    fn llama3_factor(&self, pair: usize, factor: f64) -> f64 {
        let Llama3 { low, high, original } = LLAMA3;
        let frequency = self.theta.powf(-2.0 * pair as f64 / self.head as f64);
        let turns = original * frequency / (2.0 * std::f64::consts::PI);
        let keep = ((turns - low) / (high - low)).clamp(0.0, 1.0);
        1.0 / ((1.0 - keep) / factor + keep)
    }

    /// The text of `config.json`, in one order whatever the machine.
    pub fn into_bytes(self) -> Vec<u8> {
        tokenizer::sorted(Value::Object(self.fields)).to_string().into_bytes()
    }
}

struct Keys<'a> {
    metadata: &'a Metadata,
    prefix: &'static str,
}

impl Keys<'_> {
    fn name(&self, key: &str) -> String {
        format!("{}.{key}", self.prefix)
    }

    fn number(&self, key: &str) -> Result<Option<u64>, GgufError> {
        self.metadata.number(&self.name(key))
    }

    fn real(&self, key: &str) -> Result<Option<f64>, GgufError> {
        self.metadata.real(&self.name(key))
    }

    fn required(&self, key: &str) -> Result<u64, GgufError> {
        self.number(key)?.ok_or_else(|| GgufError::MissingKey { key: self.name(key) })
    }

    fn required_real(&self, key: &str) -> Result<f64, GgufError> {
        self.real(key)?.ok_or_else(|| GgufError::MissingKey { key: self.name(key) })
    }

    fn unsupported(&self, key: &str, found: String, supported: &'static str) -> GgufError {
        GgufError::Unsupported { key: self.name(key), found, supported }
    }
}

fn architecture(metadata: &Metadata) -> Result<&'static Architecture, GgufError> {
    let key = "general.architecture";
    let name = metadata.text(key)?.ok_or_else(|| GgufError::MissingKey { key: key.to_owned() })?;
    let found = ARCHITECTURES.iter().find(|architecture| architecture.name == name);
    found.ok_or_else(|| GgufError::Unsupported {
        key: key.to_owned(),
        found: format!("{name:?}"),
        supported: "llama, qwen2, qwen3, gemma, gemma2 and gemma3",
    })
}

/// Values and rotations as wide as keys are: anything else is another architecture.
fn refuse_other_widths(keys: &Keys<'_>, head: u64) -> Result<(), GgufError> {
    for key in ["attention.value_length", "rope.dimension_count"] {
        if let Some(width) = keys.number(key)?.filter(|width| *width != head) {
            return Err(keys.unsupported(key, width.to_string(), "the width of a head"));
        }
    }
    match keys.number("expert_count")? {
        Some(experts) if experts > 0 => {
            Err(keys.unsupported("expert_count", experts.to_string(), "models without experts"))
        }
        _ => Ok(()),
    }
}

/// Fields that only some architectures have.
fn optional_fields<T>(
    keys: &Keys<'_>,
    has_windows: bool,
    set: &mut impl FnMut(&str, Value) -> T,
) -> Result<(), GgufError> {
    for (key, field) in [
        ("final_logit_softcapping", "final_logit_softcapping"),
        ("attn_logit_softcapping", "attn_logit_softcapping"),
    ] {
        if let Some(value) = keys.real(key)? {
            set(field, value.into());
        }
    }
    let window = keys.number("attention.sliding_window")?.filter(|window| *window > 0);
    match (window, has_windows) {
        (Some(window), true) => drop(set("sliding_window", window.into())),
        (Some(window), false) => {
            let key = "attention.sliding_window";
            return Err(keys.unsupported(key, window.to_string(), "full attention"));
        }
        (None, _) => {}
    }
    Ok(())
}

/// The rule that stretches the rotary embedding.
fn scaling(keys: &Keys<'_>) -> Result<Option<Value>, GgufError> {
    let key = keys.name("rope.scaling.type");
    let kind = keys.metadata.text(&key)?.unwrap_or("none");
    let factor = match keys.real("rope.scaling.factor")? {
        Some(factor) => Some(factor),
        // Older files have this key alone.
        None => keys.real("rope.scale_linear")?,
    };
    for key in ["rope.scaling.attn_factor", "rope.scaling.yarn_attn_factor"] {
        if let Some(factor) = keys.real(key)?.filter(|factor| *factor != 1.0) {
            return Err(keys.unsupported(key, factor.to_string(), "1"));
        }
    }
    for key in ["rope.scaling.yarn_log_multiplier", "rope.scaling.yarn_ext_factor"] {
        if let Some(factor) = keys.real(key)? {
            return Err(keys.unsupported(key, factor.to_string(), "files without it"));
        }
    }
    let factor = match (kind, factor) {
        ("none", None) => return Ok(None),
        (_, Some(1.0)) => return Ok(None),
        (_, Some(factor)) => factor,
        (_, None) => {
            return Err(GgufError::MissingKey { key: keys.name("rope.scaling.factor") });
        }
    };
    let mut scaling = Map::new();
    scaling.insert("factor".to_owned(), factor.into());
    let kind = if kind == "none" { "linear" } else { kind };
    match kind {
        "linear" => {}
        "yarn" => {
            let original = keys.number("rope.scaling.original_context_length")?;
            scaling.insert("original_max_position_embeddings".to_owned(), json!(original));
            for (key, field) in [("yarn_beta_fast", "beta_fast"), ("yarn_beta_slow", "beta_slow")] {
                if let Some(beta) = keys.real(&format!("rope.scaling.{key}"))? {
                    scaling.insert(field.to_owned(), beta.into());
                }
            }
        }
        other => {
            return Err(keys.unsupported(
                "rope.scaling.type",
                format!("{other:?}"),
                "none, linear and yarn",
            ));
        }
    }
    scaling.insert("rope_type".to_owned(), kind.into());
    Ok(Some(Value::Object(scaling)))
}
