//! The two documents of a job: what a buyer asks and what a runner answers.
//!
//! Purpose: fix the bytes whose hashes stand on the chain.
//! Place: between the buyer's client, the relayer and the runner; no I/O.
//! Invariants: a document's bytes are its compact JSON with fields in the order declared here, so
//! that two runners with the same bits write the same bytes; unknown fields are refused; a document
//! longer than its bound is refused before it is parsed. The answer names token ids, because text
//! depends on a tokenizer and ids do not.

mod document;
mod input;
mod output;

pub use document::{DocumentError, MAX_DOCUMENT_BYTES};
pub use input::{
    JobInput, MAX_NEW_TOKENS, MAX_PROMPT_BYTES, MAX_TEMPERATURE_MILLI, MAX_TOP_P_MILLI,
    UncheckedJobInput,
};
pub use output::{FinishReason, JobOutput};
