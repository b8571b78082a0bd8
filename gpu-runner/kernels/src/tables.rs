//! The constant tables of `stoa-exact` as the `tables` buffer sees them.

use stoa_exact::{EXP2_TABLE, GELU_ERF, GELU_TANH, RSQRT_SEEDS};

/// 96 seeds of the reciprocal square root, 257 powers of two in Q30, 1025 shares of each form of GELU.
pub fn words() -> Vec<u32> {
    let seeds = RSQRT_SEEDS.iter().chain(&EXP2_TABLE);
    seeds.chain(&GELU_ERF).chain(&GELU_TANH).copied().collect()
}
