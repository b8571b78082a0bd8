//! Names and row order of llama.cpp's files, and those of Hugging Face.

use std::collections::BTreeMap;

use super::{
    GgufError,
    config::{FACTORS, GgufConfig},
};
use crate::folder::weights::{RowOrder, Stored};

/// Parts of a layer, by llama.cpp's name and Hugging Face's.
const PARTS: [(&str, &str); 11] = [
    ("attn_norm", "input_layernorm"),
    ("attn_q", "self_attn.q_proj"),
    ("attn_k", "self_attn.k_proj"),
    ("attn_v", "self_attn.v_proj"),
    ("attn_output", "self_attn.o_proj"),
    ("attn_q_norm", "self_attn.q_norm"),
    ("attn_k_norm", "self_attn.k_norm"),
    ("ffn_norm", "post_attention_layernorm"),
    ("ffn_gate", "mlp.gate_proj"),
    ("ffn_up", "mlp.up_proj"),
    ("ffn_down", "mlp.down_proj"),
];

/// The norms of Gemma 2 and 3, of which a layer has four.
const FOUR_NORMS: [(&str, &str); 3] = [
    ("post_attention_norm", "post_attention_layernorm"),
    ("ffn_norm", "pre_feedforward_layernorm"),
    ("post_ffw_norm", "post_feedforward_layernorm"),
];

/// The tensors under Hugging Face's names. One that has none is refused: a model without it would be another model.
pub fn translate(
    tensors: BTreeMap<String, Stored>,
    config: &GgufConfig,
) -> Result<BTreeMap<String, Stored>, GgufError> {
    let translated = tensors.into_iter().map(|(name, mut stored)| {
        let found = translated(&name, config.has_four_norms());
        if is_interleaved(&name, config)
            && stored.shape.first().is_some_and(|rows| rows.is_multiple_of(config.head_width()))
        {
            stored.order = RowOrder::Interleaved { head: config.head_width() };
        }
        // llama.cpp stores Gemma's norms as 1 + w.
        if config.adds_one_to_norms() && name.ends_with("norm.weight") {
            stored.added = 1.0;
        }
        match found {
            Some(found) => Ok((found, stored)),
            None if name == FACTORS => Ok((name, stored)),
            None => Err(GgufError::Unsupported {
                key: "tensor".to_owned(),
                found: name,
                supported: "the tensors of its architectures",
            }),
        }
    });
    translated.collect()
}

/// llama.cpp turns the halves of a head of the Llama architecture into pairs that lie side by side.
fn is_interleaved(name: &str, config: &GgufConfig) -> bool {
    let is_rotated = [".attn_q.", ".attn_k."].iter().any(|part| name.contains(part));
    config.is_llama() && is_rotated && config.head_width() >= 2
}

fn translated(name: &str, has_four_norms: bool) -> Option<String> {
    let (stem, kind) = name.rsplit_once('.')?;
    let known = match stem {
        "token_embd" => Some("model.embed_tokens"),
        "output_norm" => Some("model.norm"),
        "output" => Some("lm_head"),
        _ => None,
    };
    if let Some(known) = known {
        return Some(format!("{known}.{kind}"));
    }
    let (layer, part) = stem.strip_prefix("blk.")?.split_once('.')?;
    let four = FOUR_NORMS.iter().filter(|_| has_four_norms);
    let (_, known) = four.chain(&PARTS).find(|(theirs, _)| *theirs == part)?;
    Some(format!("model.layers.{layer}.{known}.{kind}"))
}
