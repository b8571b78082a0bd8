//! Reads.

use prost::Message as _;
use stoa_proto::beacon::v1::Beacon;
use stoa_store::Order;

pub(super) use super::record::Record;
use super::{BeaconError, Params, STORE, state_key};
use crate::{
    core::{Context, ModuleError},
    validators::ConsensusAddress,
};

/// The parameters; defaults before genesis wrote any.
pub fn params(ctx: &Context) -> Result<Params, ModuleError> {
    match ctx.get(STORE, state_key::PARAMS)? {
        Some(bytes) => Ok(Params::from_stored(&bytes)?),
        None => Ok(Params::default()),
    }
}

/// The value of `index`, if it is fixed and kept.
pub fn value(ctx: &Context, index: u64) -> Result<Option<Beacon>, ModuleError> {
    ctx.get(STORE, &state_key::value(index))?.map(|bytes| read(&bytes)).transpose()
}

/// The last value.
pub fn latest(ctx: &Context) -> Result<Option<Beacon>, ModuleError> {
    let found = ctx.first(STORE, &state_key::values(), Order::Descending)?;
    found.map(|(_, bytes)| read(&bytes)).transpose()
}

/// The chains of `validator`.
pub(super) fn record(ctx: &Context, validator: &ConsensusAddress) -> Result<Record, ModuleError> {
    match ctx.get(STORE, &state_key::contributor(validator))? {
        Some(bytes) => Ok(Record::from_stored(&bytes)?),
        None => Ok(Record::default()),
    }
}

/// The last index whose link `validator` revealed, if it ever did: the root of a chain reveals nothing.
pub fn last_reveal(
    ctx: &Context,
    validator: &ConsensusAddress,
) -> Result<Option<u64>, ModuleError> {
    Ok(record(ctx, validator)?.last_reveal())
}

fn read(bytes: &[u8]) -> Result<Beacon, ModuleError> {
    Beacon::decode(bytes).map_err(|_| BeaconError::Corrupt { what: "beacon value" }.into())
}
