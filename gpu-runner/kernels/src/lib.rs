//! WGSL kernels beside their CPU twins.
//!
//! Purpose: the operators of `stoa-exact` as compute shaders, and the proof by test that both give the same bits.
//! Place: above `stoa-exact` (the definition) and wgpu; below the engine, which owns buffers and order.
//! Invariants: integers only (`tests/wgsl_lint.rs`); every pipeline is made once from constants; a kernel whose
//! self-test differs from its twin in one element is refused.
//!
//! Layouts. A *fixed row* is `[width]` words in Q14.16. A *quantised row* is `width / 4` words of int8 codes
//! (lowest byte first), the packed row scale and three zero words. A *head row* is `head / 4` words of codes and
//! the packed scale.

pub mod add_norm;
pub mod attention;
pub mod embed;
mod error;
mod gpu;
mod kernel;
pub mod matmul;
pub mod matvec;
mod pipeline_cache;
pub mod product;
pub mod quantise;
pub mod rms_norm;
pub mod rope_cache;
mod shader;
mod step;
pub mod tables;
#[cfg(test)]
mod testing;
mod vectors;

pub use error::KernelError;
pub use gpu::{AdapterDescription, Gpu};
pub use kernel::{Access, Kernel, Recipe};
pub use shader::SOURCES;
pub use step::{MAX_STEP_TOKENS, STEP_HEADER_WORDS, StepRow, step_words};
pub use vectors::Vectors;

/// Seeds of the self-test that every start runs; the tests of this crate run more.
pub const SELF_TEST_SEEDS: [u64; 4] = [0x5701, 0x5702, 0x5703, 0x5704];
