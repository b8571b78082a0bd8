//! What must hold of allowances.

use stoa_store::KeyRange;

use super::{FeegrantError, STORE, state_key, view};
use crate::{
    core::{Context, ModuleError},
    invariants::{Broken, Invariant, Run},
};

/// What must hold of allowances.
pub const INVARIANTS: &[Invariant] = &[Invariant { name: "feegrant/queue", check: check_queue }];

/// Every allowance that ends stands in the queue of expiries, so that it leaves the state.
fn check_queue(ctx: &Context, run: &mut Run) -> Result<Option<Broken>, ModuleError> {
    run.each(ctx, (STORE, KeyRange::prefix(state_key::ALLOWANCES)), |(key, value)| {
        let Some(expiration) = view::from_stored(&value)?.expiration() else { return Ok(None) };
        let pair = key.get(state_key::ALLOWANCES.len()..).ok_or(FeegrantError::Corrupt)?;
        let is_queued = ctx.has(STORE, &state_key::expiry_of(expiration, pair))?;
        let text = || format!("the allowance at {} never ends", hex::encode(pair));
        Ok((!is_queued).then(|| Broken(text())))
    })
}
