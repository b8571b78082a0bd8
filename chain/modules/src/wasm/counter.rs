//! Which transaction of the block this is (wasmd `x/wasm/keeper/ante.go`).

use super::state_key::{STORE, TX_COUNTER};
use crate::{Context, ModuleError};

/// Counts a transaction that is being checked, and answers how many of the block came before it. One that
/// is refused later is not counted, because its writes are dropped.
pub fn count_transaction(ctx: &Context) -> Result<u32, ModuleError> {
    let height = ctx.block.height.to_be_bytes();
    let stored = ctx.get(STORE, TX_COUNTER)?.unwrap_or_default();
    let count = match stored.split_first_chunk::<8>() {
        Some((last, count)) if *last == height => {
            count.first_chunk::<4>().map_or(0, |count| u32::from_be_bytes(*count))
        }
        _ => 0,
    };
    let next = count.saturating_add(1).to_be_bytes();
    ctx.set(STORE, TX_COUNTER, [&height[..], &next].concat())?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::context;

    #[test]
    fn every_block_counts_from_zero() {
        let mut ctx = context();
        let count = |ctx: &Context| count_transaction(ctx).unwrap();
        assert_eq!([count(&ctx), count(&ctx), count(&ctx)], [0, 1, 2]);
        ctx.block.height += 1;
        assert_eq!([count(&ctx), count(&ctx)], [0, 1]);
    }
}
