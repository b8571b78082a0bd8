//! Reads.

use prost::Message as _;
use stoa_proto::validators::v1 as wire;
use stoa_store::{KeyRange, Order};

use super::{ConsensusAddress, Record, STORE, Validator, ValidatorError, state_key};
use crate::{
    auth::AccAddress,
    core::{Context, ModuleError},
};

/// All records, in order of their addresses.
pub fn records(ctx: &Context) -> Result<Vec<Record>, ModuleError> {
    let mut walk = ctx.walk(STORE, state_key::records(), Order::Ascending)?;
    let mut found = Vec::new();
    while let Some((_, value)) = ctx.step(&mut walk)? {
        found.push(read_record(&value)?);
    }
    Ok(found)
}

/// What the validator at `address` is to be.
pub fn record(ctx: &Context, address: &ConsensusAddress) -> Result<Option<Record>, ModuleError> {
    ctx.get(STORE, &state_key::record(address))?.map(|bytes| read_record(&bytes)).transpose()
}

/// The first validator that `operator` may ask to release.
pub fn of_operator(ctx: &Context, operator: &AccAddress) -> Result<Option<Record>, ModuleError> {
    let is_its = |record: &Record| record.operator.as_ref() == Some(operator);
    Ok(records(ctx)?.into_iter().find(is_its))
}

/// Who votes at `height`, in order of addresses; nobody if the set is not kept any more.
pub fn at(ctx: &Context, height: u64) -> Result<Vec<Validator>, ModuleError> {
    last_of(ctx, &state_key::sets_until(height))
}

/// The last set that was decided; it may not vote yet.
pub fn latest(ctx: &Context) -> Result<Vec<Validator>, ModuleError> {
    last_of(ctx, &state_key::sets())
}

fn last_of(ctx: &Context, range: &KeyRange) -> Result<Vec<Validator>, ModuleError> {
    let Some((_, bytes)) = ctx.first(STORE, range, Order::Descending)? else {
        return Ok(Vec::new());
    };
    let set = wire::ValidatorSet::decode(&*bytes).map_err(|_| ValidatorError::Corrupt)?;
    let voters = set.voters.iter().map(Validator::from_proto);
    Ok(voters.collect::<Result<_, _>>()?)
}

fn read_record(bytes: &[u8]) -> Result<Record, ModuleError> {
    let wire = wire::Validator::decode(bytes).map_err(|_| ValidatorError::Corrupt)?;
    Ok(Record::from_proto(wire)?)
}
