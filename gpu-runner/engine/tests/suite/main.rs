//! The engine on whole models: golden logits, equal bits, refusals, answers, quality.
//!
//! One binary, because linking wgpu and the tokenizer five times would take longer than the tests.

mod bits;
mod common;
mod generate;
mod golden;
mod quality;
mod refusals;
mod shards;
