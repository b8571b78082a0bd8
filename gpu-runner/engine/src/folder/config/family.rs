//! One reader a family: what its `config.json` adds to Llama's layer.

use std::path::Path;

use serde_json::Value;
use stoa_exact::Gelu;

use super::{
    Activation, Biases, MAX_CONTEXT_TOKENS, ModelConfig,
    raw::{RawConfig, refuse},
    scaling,
    sizes::check_real,
};
use crate::{EngineError, integer::rotary::score_factor};

/// Largest cap of scores and logits: in fixed point and in units of log2 it stays below `FIXED_MAX`.
const MAX_CAP: f64 = 8192.0;

/// What a folder may leave out, and what stands for it then: the defaults of the family's class in transformers.
pub struct Defaults {
    /// `max_position_embeddings`.
    pub positions: u64,
    /// `rms_norm_eps`.
    pub epsilon: f64,
    /// `rope_theta`.
    pub theta: f64,
    /// `num_key_value_heads`; `None` is as many as query heads.
    pub groups: Option<u64>,
    /// `head_dim`; `None` is the hidden size over the heads.
    pub head: Option<u64>,
    /// `tie_word_embeddings`.
    pub tied: bool,
}

const LLAMA: Defaults = Defaults {
    positions: 2048,
    epsilon: 1e-6,
    theta: 10_000.0,
    groups: None,
    head: None,
    tied: false,
};
const QWEN: Defaults = Defaults { positions: 32_768, groups: Some(32), ..LLAMA };
const GEMMA: Defaults = Defaults { positions: 8192, head: Some(256), tied: true, ..LLAMA };

type Extend = fn(&Path, &RawConfig, &mut ModelConfig) -> Result<(), EngineError>;

/// A family of decoders.
pub struct Family {
    model_type: &'static str,
    /// The class, as `architectures` names it.
    pub architecture: &'static str,
    /// What stands for missing fields.
    pub defaults: Defaults,
    /// Whether a part of a head may stay unrotated.
    pub rotates_partly: bool,
    gate: &'static [(&'static str, Activation)],
    supported_gate: &'static str,
    /// Adds what the family has beyond Llama.
    pub extend: Extend,
}

const SILU: &[(&str, Activation)] = &[("silu", Activation::Silu)];
const TANH: Activation = Activation::Gelu(Gelu::Tanh);
const GELU: &[(&str, Activation)] =
    &[("gelu_pytorch_tanh", TANH), ("gelu", Activation::Gelu(Gelu::Erf))];

const fn silu(
    model_type: &'static str,
    architecture: &'static str,
    defaults: Defaults,
    extend: Extend,
) -> Family {
    Family {
        model_type,
        architecture,
        defaults,
        rotates_partly: false,
        gate: SILU,
        supported_gate: "silu",
        extend,
    }
}

const fn gelu(
    model_type: &'static str,
    architecture: &'static str,
    defaults: Defaults,
    extend: Extend,
) -> Family {
    let supported_gate = "gelu_pytorch_tanh and gelu";
    Family { gate: GELU, supported_gate, ..silu(model_type, architecture, defaults, extend) }
}

const FAMILIES: [Family; 8] = [
    silu("llama", "LlamaForCausalLM", LLAMA, llama),
    silu(
        "mistral",
        "MistralForCausalLM",
        Defaults { positions: 131_072, groups: Some(8), ..LLAMA },
        mistral,
    ),
    silu("qwen2", "Qwen2ForCausalLM", QWEN, qwen2),
    silu("qwen3", "Qwen3ForCausalLM", Defaults { head: Some(128), ..QWEN }, qwen3),
    Family {
        rotates_partly: true,
        ..silu(
            "phi3",
            "Phi3ForCausalLM",
            Defaults { positions: 4096, epsilon: 1e-5, ..LLAMA },
            phi3,
        )
    },
    gelu("gemma", "GemmaForCausalLM", Defaults { groups: Some(16), ..GEMMA }, gemma),
    gelu("gemma2", "Gemma2ForCausalLM", Defaults { groups: Some(4), ..GEMMA }, gemma2),
    gelu(
        "gemma3_text",
        "Gemma3ForCausalLM",
        Defaults { groups: Some(4), positions: 131_072, theta: 1e6, ..GEMMA },
        gemma3,
    ),
];
const SUPPORTED: &str = "\"llama\", \"mistral\", \"qwen2\", \"qwen3\", \"phi3\", \"gemma\", \"gemma2\" and \"gemma3_text\"";

impl Family {
    /// The family of a configuration; another `model_type` or class is refused by name.
    pub fn of(path: &Path, config: &Value) -> Result<&'static Self, EngineError> {
        let model_type = config.get("model_type").and_then(Value::as_str).unwrap_or_default();
        let Some(family) = FAMILIES.iter().find(|family| family.model_type == model_type) else {
            return refuse(path, "model_type", format!("{model_type:?}"), SUPPORTED);
        };
        let classes = config.get("architectures").and_then(Value::as_array);
        let classes: Vec<&Value> = classes.into_iter().flatten().collect();
        if !classes.is_empty() && classes != [family.architecture] {
            return refuse(path, "architectures", format!("{classes:?}"), family.architecture);
        }
        Ok(family)
    }
}

/// The activation of the gate.
pub fn activation(
    path: &Path,
    raw: &RawConfig,
    family: &Family,
) -> Result<Activation, EngineError> {
    // Gemma names it in a field of its own. The first folders have only the older field, say "gelu" there, and were
    // trained with the form by tanh.
    let (field, name) = match (&raw.hidden_activation, &raw.hidden_act) {
        (Some(name), _) => ("hidden_activation", name.as_str()),
        (None, Some(name)) if name == "gelu" && family.gate[0].1 == TANH => {
            ("hidden_act", family.gate[0].0)
        }
        (None, Some(name)) => ("hidden_act", name.as_str()),
        (None, None) => return Ok(family.gate[0].1),
    };
    match family.gate.iter().find(|(known, _)| *known == name) {
        Some((_, activation)) => Ok(*activation),
        None => refuse(path, field, name, family.supported_gate),
    }
}

fn llama(_: &Path, raw: &RawConfig, config: &mut ModelConfig) -> Result<(), EngineError> {
    let attention = raw.attention_bias == Some(true);
    let feed = raw.mlp_bias == Some(true);
    config.biases = Biases { projection: attention, output: attention, feed };
    Ok(())
}

fn mistral(path: &Path, raw: &RawConfig, config: &mut ModelConfig) -> Result<(), EngineError> {
    refuse_biases(path, raw)?;
    if let Some(window) = raw.sliding_window.unwrap_or(Some(4096)) {
        let window = checked_window(path, window)?;
        config.attention.iter_mut().for_each(|layer| layer.window = Some(window));
    }
    Ok(())
}

fn qwen2(path: &Path, raw: &RawConfig, config: &mut ModelConfig) -> Result<(), EngineError> {
    config.biases.projection = true;
    qwen_windows(path, raw, config)
}

fn qwen3(path: &Path, raw: &RawConfig, config: &mut ModelConfig) -> Result<(), EngineError> {
    let has_biases = raw.attention_bias == Some(true);
    config.biases = Biases { projection: has_biases, output: has_biases, feed: false };
    config.has_head_norms = true;
    qwen_windows(path, raw, config)
}

fn phi3(path: &Path, raw: &RawConfig, config: &mut ModelConfig) -> Result<(), EngineError> {
    refuse_biases(path, raw)?;
    config.has_joined_tensors = true;
    if let Some(window) = raw.sliding_window.flatten() {
        let window = checked_window(path, window)?;
        config.attention.iter_mut().for_each(|layer| layer.window = Some(window));
    }
    Ok(())
}

fn gemma(path: &Path, raw: &RawConfig, config: &mut ModelConfig) -> Result<(), EngineError> {
    refuse_biases(path, raw)?;
    if raw.use_bidirectional_attention == Some(true) {
        return refuse(path, "use_bidirectional_attention", true, "causal attention");
    }
    config.norms_add_one = true;
    config.embedding_factor = f64::from(config.hidden).sqrt();
    Ok(())
}

/// What Gemma 2 and 3 have in common.
fn gemma_sandwich(
    path: &Path,
    raw: &RawConfig,
    config: &mut ModelConfig,
    caps: [Option<f64>; 2],
) -> Result<(), EngineError> {
    gemma(path, raw, config)?;
    config.has_end_norms = true;
    let width = raw.query_pre_attn_scalar.unwrap_or(256.0);
    config.score_width =
        check_real(path, "query_pre_attn_scalar", width, 1.0..=65_536.0, "1 to 65536")?;
    let cap = |field, given: Option<Option<f64>>, default| {
        let range = 1e-3..=MAX_CAP;
        let checked = |cap| check_real(path, field, cap, range, "0.001 to 8192");
        given.unwrap_or(default).map(checked).transpose()
    };
    config.score_cap = cap("attn_logit_softcapping", raw.attn_logit_softcapping, caps[0])?;
    config.logit_cap = cap("final_logit_softcapping", raw.final_logit_softcapping, caps[1])?;
    Ok(())
}

fn gemma2(path: &Path, raw: &RawConfig, config: &mut ModelConfig) -> Result<(), EngineError> {
    gemma_sandwich(path, raw, config, [Some(50.0), Some(30.0)])?;
    let window = raw.sliding_window.unwrap_or(Some(4096));
    windows(path, raw, config, window, |layer| layer % 2 == 0)
}

fn gemma3(path: &Path, raw: &RawConfig, config: &mut ModelConfig) -> Result<(), EngineError> {
    gemma_sandwich(path, raw, config, [None, None])?;
    config.has_head_norms = true;
    let window = raw.sliding_window.unwrap_or(Some(4096));
    let pattern = raw.sliding_window_pattern.unwrap_or(6).max(1);
    windows(path, raw, config, window, |layer| !(layer + 1).is_multiple_of(pattern))?;
    if score_factor(config.rotaries[0].scaling) != 1.0 {
        // Its factor of the scores would have to differ between the two kinds of layers.
        return refuse(path, "rope_scaling", "yarn", "another scaling beside layers with a window");
    }
    config.rotaries.push(scaling::local(path, raw, config.head)?);
    let local = config.attention.iter_mut().filter(|layer| layer.window.is_some());
    local.for_each(|layer| layer.rotary = 1);
    Ok(())
}

/// Windows of Qwen: off unless asked for, and then from a layer on.
fn qwen_windows(path: &Path, raw: &RawConfig, config: &mut ModelConfig) -> Result<(), EngineError> {
    let is_on = raw.use_sliding_window == Some(true);
    let window = if is_on { raw.sliding_window.unwrap_or(Some(4096)) } else { None };
    let first = raw.max_window_layers.unwrap_or(28);
    windows(path, raw, config, window, |layer| layer >= first)
}

/// Gives a window to the layers that `layer_types` names, or without it to those of the family's rule.
fn windows(
    path: &Path,
    raw: &RawConfig,
    config: &mut ModelConfig,
    window: Option<u64>,
    rule: impl Fn(u64) -> bool,
) -> Result<(), EngineError> {
    const KINDS: &str = "one of full_attention and sliding_attention for each layer";
    if let Some(kinds) = &raw.layer_types
        && kinds.len() != config.attention.len()
    {
        return refuse(path, "layer_types", kinds.len(), KINDS);
    }
    for (index, layer) in (0..).zip(&mut config.attention) {
        let kind = raw.layer_types.as_ref().and_then(|kinds| kinds.get(index as usize));
        let slides = match kind.map(String::as_str) {
            None => window.is_some() && rule(index),
            Some("full_attention") => false,
            Some("sliding_attention") => true,
            Some(kind) => return refuse(path, "layer_types", kind, KINDS),
        };
        if slides {
            let Some(window) = window else {
                return refuse(path, "sliding_window", "null", "a window for sliding_attention");
            };
            layer.window = Some(checked_window(path, window)?);
        }
    }
    Ok(())
}

fn checked_window(path: &Path, window: u64) -> Result<u32, EngineError> {
    if window == 0 {
        return refuse(path, "sliding_window", window, "at least 1");
    }
    // No context is longer, so a wider window sees no more.
    Ok(window.min(MAX_CONTEXT_TOKENS.into()) as u32)
}

fn refuse_biases(path: &Path, raw: &RawConfig) -> Result<(), EngineError> {
    let fields = [("attention_bias", raw.attention_bias), ("mlp_bias", raw.mlp_bias)];
    match fields.into_iter().find(|(_, given)| *given == Some(true)) {
        Some((field, _)) => refuse(path, field, true, "projections without bias"),
        None => Ok(()),
    }
}
