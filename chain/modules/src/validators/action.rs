//! Writes.

use std::collections::BTreeSet;

use prost::Message as _;
use stoa_store::Order;

use super::{
    ConsensusAddress, KEPT_BLOCKS, MAX_TOTAL_POWER, Record, STORE, Validator, ValidatorError, next,
    state_key, view,
};
use crate::{
    auth::AccAddress,
    core::{Context, Event, ModuleError},
};

/// Most validators that are kept, in and out of the set.
pub const MAX_VALIDATORS: usize = 256;
/// Blocks between the one that decides a set and the first on which it votes (CometBFT's rule).
const DELAY: u64 = 2;

/// What one validator is to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Ed25519 public key.
    pub key: [u8; 32],
    /// Voting power outside of jail; zero takes it from the set.
    pub power: u64,
    /// Who may ask for its release; nothing keeps who it is.
    pub operator: Option<AccAddress>,
}

/// What a block did to the set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// For consensus, in order of addresses; power zero for who left.
    pub updates: Vec<Validator>,
    /// Who was not in the set before.
    pub joined: Vec<ConsensusAddress>,
}

/// Notes what validators are to become; [`end_block`] brings the set there. Refuses changes after which
/// nobody would be wanted, and more validators or power than there may be.
pub fn update(ctx: &mut Context, changes: &[Change]) -> Result<(), ModuleError> {
    let mut seen = BTreeSet::new();
    for change in changes {
        let address = ConsensusAddress::of_key(&change.key);
        if !seen.insert(address) {
            return Err(ValidatorError::Duplicate { address }.into());
        }
        let before = view::record(ctx, &address)?;
        let is_jailed = before.as_ref().is_some_and(|record| record.is_jailed);
        let operator = before.and_then(|record| record.operator);
        let operator = change.operator.clone().or(operator);
        let record = Record { key: change.key, power: change.power, operator, is_jailed };
        save(ctx, &record)?;
        let power = change.power.to_string();
        let event = Event::new("update_validator").with("address", address.to_bech32());
        ctx.emit(event.with("power", power));
    }
    let records = view::records(ctx)?;
    let total: u128 = records.iter().map(|record| u128::from(record.power)).sum();
    if records.len() > MAX_VALIDATORS {
        return Err(ValidatorError::TooMany { limit: MAX_VALIDATORS }.into());
    }
    if total > u128::from(MAX_TOTAL_POWER) {
        return Err(ValidatorError::TotalPower { limit: MAX_TOTAL_POWER }.into());
    }
    if records.iter().all(|record| record.active_power() == 0) {
        return Err(ValidatorError::NobodyLeft.into());
    }
    Ok(())
}

/// Keeps a validator out of the set until [`release`]; nothing if there is none.
pub fn jail(ctx: &Context, address: &ConsensusAddress) -> Result<(), ModuleError> {
    set_jailed(ctx, address, true)
}

/// Lets a validator back into the set.
pub fn release(ctx: &Context, address: &ConsensusAddress) -> Result<(), ModuleError> {
    set_jailed(ctx, address, false)
}

fn set_jailed(
    ctx: &Context,
    address: &ConsensusAddress,
    is_jailed: bool,
) -> Result<(), ModuleError> {
    match view::record(ctx, address)? {
        Some(record) => save(ctx, &Record { is_jailed, ..record }),
        None => Ok(()),
    }
}

/// Brings the set as close to what is wanted as one block may, and forgets sets that no vote comes from.
pub fn end_block(ctx: &mut Context) -> Result<Changed, ModuleError> {
    forget(ctx)?;
    let (current, records) = (view::latest(ctx)?, view::records(ctx)?);
    let following = next::next(&current, &records);
    let changed = Changed {
        updates: next::updates(&current, &following),
        joined: joined(&current, &following),
    };
    if !changed.updates.is_empty() {
        save_set(ctx, ctx.block.height.saturating_add(DELAY), &following)?;
        for voter in &changed.updates {
            let event = Event::new("validator_update").with("address", voter.address().to_bech32());
            ctx.emit(event.with("power", voter.power.to_string()));
        }
    }
    let voting: BTreeSet<ConsensusAddress> = following.iter().map(Validator::address).collect();
    let is_gone = |record: &&Record| {
        record.power == 0 && !record.is_jailed && !voting.contains(&record.address())
    };
    for record in records.iter().filter(is_gone) {
        ctx.delete(STORE, &state_key::record(&record.address()))?;
    }
    Ok(changed)
}

fn joined(current: &[Validator], following: &[Validator]) -> Vec<ConsensusAddress> {
    let before: BTreeSet<ConsensusAddress> = current.iter().map(Validator::address).collect();
    following.iter().map(Validator::address).filter(|voter| !before.contains(voter)).collect()
}

/// Deletes the sets that were followed by another one [`KEPT_BLOCKS`] ago.
fn forget(ctx: &Context) -> Result<(), ModuleError> {
    let mut rest = state_key::sets();
    let Some((mut oldest, _)) = ctx.first(STORE, &rest, Order::Ascending)? else { return Ok(()) };
    loop {
        rest = rest.after(&oldest, Order::Ascending);
        let Some((following, _)) = ctx.first(STORE, &rest, Order::Ascending)? else { break };
        let since = state_key::height_of_set(&following).ok_or(ValidatorError::Corrupt)?;
        if since.saturating_add(KEPT_BLOCKS) > ctx.block.height {
            break;
        }
        ctx.delete(STORE, &oldest)?;
        oldest = following;
    }
    Ok(())
}

pub(super) fn save(ctx: &Context, record: &Record) -> Result<(), ModuleError> {
    let key = state_key::record(&record.address());
    ctx.set(STORE, &key, record.to_proto().encode_to_vec())
}

/// Keeps who votes from `height` on.
pub(super) fn save_set(ctx: &Context, height: u64, set: &[Validator]) -> Result<(), ModuleError> {
    let set = stoa_proto::validators::v1::ValidatorSet {
        voters: set.iter().map(Validator::to_proto).collect(),
    };
    ctx.set(STORE, &state_key::set(height), set.encode_to_vec())
}

#[cfg(test)]
mod tests;
