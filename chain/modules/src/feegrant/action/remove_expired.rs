//! Removing what is over.

use stoa_store::Order;

use crate::{
    core::{Context, ModuleError},
    feegrant::{FeegrantError, STORE, state_key},
};

/// Removes the allowances that expired before this block, `limit` of them at most, the oldest first.
pub fn remove_expired(ctx: &Context, limit: usize) -> Result<(), ModuleError> {
    let mut rest = state_key::expired(ctx.block.time());
    for _ in 0..limit {
        let Some((place, _)) = ctx.first(STORE, &rest, Order::Ascending)? else { break };
        let allowance = state_key::of_expiry(&place).ok_or(FeegrantError::Corrupt)?;
        ctx.delete(STORE, &place)?;
        ctx.delete(STORE, &allowance)?;
        rest = rest.after(&place, Order::Ascending);
    }
    Ok(())
}
