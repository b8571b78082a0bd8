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

pub mod attention;
pub mod embed;
mod error;
mod gpu;
mod kernel;
pub mod matvec;
pub mod quantise;
pub mod rms_norm;
pub mod rope_cache;
pub mod swiglu;
pub mod tables;
#[cfg(test)]
mod testing;
mod vectors;

pub use error::KernelError;
pub use gpu::{AdapterDescription, Gpu};
pub use kernel::{Access, Kernel};
pub use vectors::Vectors;

/// Most tokens of one step: the length of the id list in the `step` buffer.
pub const MAX_STEP_TOKENS: usize = 64;

/// The `step` buffer: where a pass starts and the ids it runs.
pub fn step_words(position: u32, ids: &[u32]) -> Vec<u32> {
    let mut words = vec![position, ids.len() as u32, 0, 0];
    words.extend_from_slice(&ids[..ids.len().min(MAX_STEP_TOKENS)]);
    words.resize(4 + MAX_STEP_TOKENS, 0);
    words
}
