//! The exact-inference semantics: integer operators that define every bit a runner may answer.
//!
//! Purpose: one definition shared by the CPU back end, the oracle of every kernel test and, later, a contract.
//! Place: below the kernels and the engine; `no_std`, no allocation, no float, no `unsafe`.
//! Invariants: a sum before a rounding point is an exact integer, so its order cannot matter; rounding happens
//! only in the functions whose documentation says so; `docs/spec/exact-inference-v1.md` says the same in words.
//!
//! Fixed point: a *fixed* value is an `i32` in Q14.16 (unit 2^-16) between `-FIXED_MAX` and [`FIXED_MAX`].

#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::float_arithmetic))]

#[cfg(test)]
extern crate std;

pub mod attention;
pub mod bounds;
mod chacha20;
mod divide;
mod embed;
mod exp2;
mod gelu;
mod int4;
mod layer_norm;
mod matvec;
mod pool;
mod quantise;
mod relu;
mod requantise;
mod residual;
mod rms_norm;
mod rope;
mod rsqrt;
mod sampler;
mod scale;
mod silu;
mod soft_cap;
#[cfg(test)]
mod testing;

pub use chacha20::chacha20_block;
pub use divide::divide_rounded;
pub use embed::{embed_element, embed_row};
pub use exp2::{EXP2_STEPS, EXP2_TABLE, exp2_negative_q15, exp2_negative_q30};
pub use gelu::{GELU_ENTRIES, GELU_ERF, GELU_TANH, Gelu, geglu, gelu};
pub use int4::{INT4_GROUP_WIDTHS, dot_int4, unpack_int4};
pub use layer_norm::{LayerNorm, layer_norm};
pub use matvec::{dot, matvec, matvec_element};
pub use pool::{l2_normalise, mean_pool};
pub use quantise::{quantise_row, quantise_value, row_max};
pub use relu::relu;
pub use requantise::{FIXED_MAX, requantise, requantise_wide};
pub use residual::add_fixed;
pub use rms_norm::{RmsNorm, rms_norm};
pub use rope::{ROPE_ONE, rope_head, rope_pair};
pub use rsqrt::{RSQRT_SEEDS, rsqrt_q30};
pub use sampler::{Choice, SAMPLER_DOMAIN, candidate_weight, draw_below, sample};
pub use scale::{RowScale, WeightScale};
pub use silu::{LOG2_E_Q29, silu, swiglu};
pub use soft_cap::SoftCap;

/// Version of the semantics. Version 1 is frozen: `tests/vectors/exact-v1` holds its known answers.
pub const SEMANTICS_VERSION: u32 = 1;
