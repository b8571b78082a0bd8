//! The constant tables of `stoa-exact` as the `tables` buffer sees them.

use stoa_exact::{EXP2_TABLE, RSQRT_SEEDS};

/// 96 seeds of the reciprocal square root, then 257 powers of two in Q30.
pub fn words() -> Vec<u32> {
    RSQRT_SEEDS.iter().chain(&EXP2_TABLE).copied().collect()
}
