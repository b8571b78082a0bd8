//! Encoders of the BERT family in exact integers: embeddings of texts, scores of pairs of texts.
//!
//! Purpose: answer with integers that do not depend on the machine, as the decoder does.
//! Place: beside the decoder; the same folders, matrices, model root and vector units.
//! Invariants: a text's result depends on its tokens alone, not on the texts that share its pass; a model that could
//! overflow is refused at load with the layer and the bound.

mod attention;
mod config;
mod forward;
mod load;
mod model;
mod pooling;
pub mod reference;
mod root;
mod text;

pub use forward::Tokens;
pub use load::{EmbeddingRow, Encoder, MAX_TEXTS, PASS_TOKENS, Ranked};

/// Whether an architecture of `config.json` is an encoder's.
pub fn is_encoder(architecture: &str) -> bool {
    config::EncoderConfig::knows(architecture)
}
