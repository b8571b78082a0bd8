//! The engine on whole models: golden logits, equal bits, refusals, answers, quality.
//!
//! One binary, because linking wgpu and the tokenizer five times would take longer than the tests.

#![allow(clippy::unwrap_used, clippy::expect_used)] // test helpers: a failure should stop the test here

mod bits;
mod classifier;
mod common;
mod encoder;
mod encoder_refusals;
mod generate;
mod gguf;
mod gguf_hostile;
mod golden;
mod package;
mod quality;
mod refusals;
mod shards;
mod verification;
