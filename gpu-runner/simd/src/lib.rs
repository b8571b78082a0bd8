//! The integer operators of `stoa-exact` on vector units, chosen at run time, with the same bits.
//!
//! Purpose: what a forward pass spends its time in (int8 products, mixing of values, requantisation of rows) for
//! AVX2, AVX-512-VNNI and NEON with dot products, and in scalar code for everything else.
//! Place: above `stoa-exact`, which is the definition; below the engine, which owns memory, order and threads.
//! Invariants: every path equals the definition for every input, extreme codes and odd lengths included (`tests/`);
//! an [`Isa`] exists only for a vector unit that the processor has. `unsafe` is confined to `isa.rs` (calls of
//! functions compiled for a unit that was detected) and to the loads and stores of `dot/` and `int4/`.

mod attention;
mod dot;
mod int4;
mod isa;
mod lanes;
mod peak;
mod rows;

pub use int4::Int4Rows;
pub use isa::Isa;

/// Most tokens of one call of [`Isa::products`].
pub const MAX_TOKENS: usize = 64;
