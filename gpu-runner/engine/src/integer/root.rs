//! The model root: one SHA-256 Merkle root over everything that decides an answer's bits.
//!
//! Leaf = H(0x00 ‖ up to 1,024 bytes), node = H(0x01 ‖ left ‖ right), an odd node moves up unchanged. Every section
//! (manifest, tokenizer hash, tables, scales, weights) has its own root; the model root is the Merkle root over
//! the section records H(0x02 ‖ name length (1) ‖ name ‖ byte length (8, little-endian) ‖ section root).

use std::fmt::Write;

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use stoa_exact::{EXP2_TABLE, Gelu, RSQRT_SEEDS, SEMANTICS_VERSION};
use stoa_primitives::ContentHash;

use super::{
    matrix::Matrix,
    model::{IntegerModel, Layer},
    tables::RotaryTable,
};
use crate::folder::config::{Activation, LayerAttention, WeightFormat};

/// Bytes of one leaf.
pub const LEAF_BYTES: usize = 1024;

type Node = [u8; 32];

/// Merkle root of a byte string; an empty one is a single empty leaf.
pub fn merkle_root(bytes: &[u8]) -> ContentHash {
    let leaf = |chunk: &[u8]| hash(&[&[0], chunk]);
    if bytes.is_empty() {
        return ContentHash::new(leaf(&[]));
    }
    ContentHash::new(fold(bytes.par_chunks(LEAF_BYTES).map(leaf).collect()))
}

/// Root of a model with its tokenizer (32 zero bytes when it has none).
pub fn model_root(model: &IntegerModel, tokenizer: Option<ContentHash>) -> ContentHash {
    let mut sections = Sections(Vec::new());
    for (name, bytes) in head_sections(model, tokenizer) {
        sections.add(&name, &bytes);
    }
    sections.matrix("embedding", &model.embedding);
    for (index, layer) in model.layers.iter().enumerate() {
        sections.layer(index, layer);
    }
    sections.norm("final_norm", Some(&model.final_norm));
    if let Some(output) = &model.output {
        sections.matrix("output", output);
    }
    sections.root()
}

/// The first sections of every model.
fn first_sections(manifest: String, tokenizer: Option<ContentHash>) -> Vec<(String, Vec<u8>)> {
    let tokenizer = tokenizer.map_or([0; 32], |hash| *hash.as_bytes());
    vec![
        ("manifest".to_owned(), manifest.into_bytes()),
        ("tokenizer".to_owned(), tokenizer.to_vec()),
        ("tables.rsqrt".to_owned(), words(&RSQRT_SEEDS)),
        ("tables.exp2".to_owned(), words(&EXP2_TABLE)),
    ]
}

/// The sections in front of the weights: they follow from configuration and tokenizer alone.
pub fn head_sections(
    model: &IntegerModel,
    tokenizer: Option<ContentHash>,
) -> Vec<(String, Vec<u8>)> {
    let mut sections = first_sections(manifest(model), tokenizer);
    sections.extend(model.rotaries.iter().enumerate().map(|(index, table)| {
        let name =
            if index == 0 { "tables.rope".to_owned() } else { format!("tables.rope.{index}") };
        (name, fixed(&table.entries))
    }));
    if let Activation::Gelu(gelu) = model.config.activation {
        sections.push(("tables.gelu".to_owned(), words(gelu.table())));
    }
    sections
}

/// The manifest: one `name value` line each, in this order. What a plain Llama does not have is said behind the lines
/// that every model has, and only where a model has it.
pub fn manifest(model: &IntegerModel) -> String {
    let config = &model.config;
    let mut text = format!("stoa-exact-model\narchitecture {}\n", config.architecture);
    let lines: [(&str, u64); 15] = [
        ("semantics_version", SEMANTICS_VERSION.into()),
        ("hidden", config.hidden.into()),
        ("inner", config.inner.into()),
        ("layers", config.layers.into()),
        ("heads", config.heads.into()),
        ("groups", config.groups.into()),
        ("head", config.head.into()),
        ("vocab", config.vocab.into()),
        ("context", config.context.into()),
        ("tied", config.tied.into()),
        ("epsilon", model.epsilon),
        ("score_mantissa", model.score.mantissa.into()),
        ("score_shift", model.score.shift.into()),
        ("bos", config.bos.map_or(u64::from(u32::MAX), u64::from)),
        ("eos_count", config.eos.len() as u64),
    ];
    let eos = config.eos.iter().map(|id| ("eos", u64::from(*id)));
    for (name, value) in lines.into_iter().chain(eos).chain(additions(model)) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name} {value}");
    }
    text
}

/// Lines of what a model has beyond Llama. Norms and biases are sections of their own, which say themselves.
fn additions(model: &IntegerModel) -> Vec<(&'static str, u64)> {
    let config = &model.config;
    let mut lines = Vec::new();
    match config.activation {
        Activation::Silu => {}
        Activation::Gelu(Gelu::Erf) => lines.push(("gelu_erf", 1)),
        Activation::Gelu(Gelu::Tanh) => lines.push(("gelu_tanh", 1)),
    }
    if config.embedding_factor != 1.0 {
        lines.push(("embedding_mantissa", model.embedding_factor.mantissa.into()));
        lines.push(("embedding_shift", model.embedding_factor.shift.into()));
    }
    if config.has_head_norms {
        lines.push(("head_epsilon", model.head_epsilon));
    }
    let caps = [("score_cap", model.score_cap), ("logit_cap", model.logit_cap)];
    lines.extend(
        caps.into_iter()
            .filter_map(|(name, cap)| Some((name, u64::from(cap?.cap().unsigned_abs())))),
    );
    let is_plain = |rotary: &RotaryTable| rotary.width == config.head;
    if model.rotaries.len() > 1 || !model.rotaries.iter().all(is_plain) {
        lines.extend(model.rotaries.iter().map(|rotary| ("rotary_width", rotary.width.into())));
    }
    let plain = LayerAttention { window: None, rotary: 0 };
    if config.attention.iter().any(|layer| *layer != plain) {
        // One pair of lines a layer: 0 is no window.
        lines.extend(config.attention.iter().flat_map(|layer| {
            [("window", layer.window.unwrap_or(0).into()), ("rotary", layer.rotary as u64)]
        }));
    }
    if let WeightFormat::Int4 { group } = config.weights {
        lines.push(("int4_group", group.into()));
    }
    lines
}

/// The records of a model's sections, in order.
pub struct Sections(Vec<Node>);

impl Sections {
    /// What every model begins with.
    pub fn begin(manifest: &str, tokenizer: Option<ContentHash>) -> Self {
        let mut sections = Self(Vec::new());
        for (name, bytes) in first_sections(manifest.to_owned(), tokenizer) {
            sections.add(&name, &bytes);
        }
        sections
    }

    /// The Merkle root over all of them.
    pub fn root(self) -> ContentHash {
        ContentHash::new(fold(self.0))
    }

    /// A section by its bytes.
    pub fn add(&mut self, name: &str, bytes: &[u8]) {
        let root = merkle_root(bytes);
        let length = (bytes.len() as u64).to_le_bytes();
        let record = [&[2, name.len() as u8], name.as_bytes(), &length, root.as_bytes()];
        self.0.push(hash(&record));
    }

    /// The sections of a matrix.
    pub fn matrix(&mut self, name: &str, matrix: &Matrix) {
        for (part, bytes) in matrix.sections() {
            self.add(&format!("{name}.{part}"), &bytes);
        }
    }

    fn norm(&mut self, name: &str, weights: Option<&Vec<i32>>) {
        if let Some(weights) = weights {
            self.add(name, &fixed(weights));
        }
    }

    fn layer(&mut self, index: usize, layer: &Layer) {
        let name = |part: &str| format!("layers.{index}.{part}");
        let heads = layer.head_norms.as_ref();
        self.norm(&name("attention_norm"), Some(&layer.attention_norm));
        self.matrix(&name("projection"), &layer.projection);
        self.norm(&name("query_norm"), heads.map(|norms| &norms.query));
        self.norm(&name("key_norm"), heads.map(|norms| &norms.key));
        self.matrix(&name("output"), &layer.output);
        self.norm(&name("attention_end_norm"), layer.attention_end_norm.as_ref());
        self.norm(&name("feed_norm"), Some(&layer.feed_norm));
        self.matrix(&name("gate_up"), &layer.gate_up);
        self.matrix(&name("down"), &layer.down);
        self.norm(&name("feed_end_norm"), layer.feed_end_norm.as_ref());
    }
}

fn fold(mut level: Vec<Node>) -> Node {
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => hash(&[&[1], left, right]),
                odd => odd[0],
            })
            .collect();
    }
    level.first().copied().unwrap_or_default()
}

fn hash(parts: &[&[u8]]) -> Node {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Words as they are hashed.
pub fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Fixed values as they are hashed.
pub fn fixed(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_nodes_and_odd_nodes_are_hashed_as_written() {
        let bytes = vec![7u8; 2 * LEAF_BYTES + 1];
        let leaf = |chunk: &[u8]| hash(&[&[0], chunk]);
        let (a, b, c) = (leaf(&bytes[..1024]), leaf(&bytes[1024..2048]), leaf(&bytes[2048..]));
        let expected = hash(&[&[1], &hash(&[&[1], &a, &b]), &c]);
        assert_eq!(merkle_root(&bytes).as_bytes(), &expected);
        assert_eq!(merkle_root(&[]).as_bytes(), &leaf(&[]));
    }
}
