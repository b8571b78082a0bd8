//! Which transaction of the block this is (wasmd `x/wasm/keeper/ante.go`).

use stoa_store::Expected;

use super::state_key::{STORE, TX_COUNTER};
use crate::{Context, ModuleError};

/// Counts a transaction that is being checked, and answers how many of the block came before it. One that
/// is refused later is not counted, because its writes are dropped.
pub fn count_transaction(ctx: &Context) -> Result<u32, ModuleError> {
    let count = decode(ctx, ctx.get(STORE, TX_COUNTER)?);
    ctx.set(STORE, TX_COUNTER, encode(ctx.block.height, count.saturating_add(1)))?;
    Ok(count)
}

/// How many transactions of the block were counted so far; costs no gas.
pub fn transaction_count(ctx: &Context) -> Result<u32, ModuleError> {
    Ok(decode(ctx, ctx.overlay.get(STORE, TX_COUNTER)?))
}

/// What is stored once `count` transactions of block `height` were counted.
pub fn expected_transaction_count(height: u64, count: u32) -> Expected {
    Expected { store: STORE, key: TX_COUNTER.to_vec(), value: Some(encode(height, count)) }
}

fn encode(height: u64, count: u32) -> Vec<u8> {
    [&height.to_be_bytes()[..], &count.to_be_bytes()].concat()
}

fn decode(ctx: &Context, stored: Option<Vec<u8>>) -> u32 {
    let height = ctx.block.height.to_be_bytes();
    let stored = stored.unwrap_or_default();
    match stored.split_first_chunk::<8>() {
        Some((last, count)) if *last == height => {
            count.first_chunk::<4>().map_or(0, |count| u32::from_be_bytes(*count))
        }
        _ => 0,
    }
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
        assert_eq!(transaction_count(&ctx).unwrap(), 3);
        let expected = expected_transaction_count(ctx.block.height, 3);
        assert_eq!(ctx.overlay.get(expected.store, &expected.key).unwrap(), expected.value);
        ctx.block.height += 1;
        assert_eq!([count(&ctx), count(&ctx)], [0, 1]);
    }
}
