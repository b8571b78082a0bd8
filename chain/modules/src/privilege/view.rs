//! Reads.

use prost::Message as _;
use stoa_proto::privilege::v1::Record;
use stoa_store::Order;

use super::{Privilege, PrivilegeError, STORE, state_key, types};
use crate::{
    auth::AccAddress,
    core::{Context, Gas, ModuleError},
};

/// All grants, in order of their positions.
pub fn records(ctx: &Context) -> Result<Vec<Record>, ModuleError> {
    let mut walk = ctx.walk(STORE, state_key::records(), Order::Ascending)?;
    let mut found = Vec::new();
    while let Some((_, bytes)) = ctx.step(&mut walk)? {
        found.push(read(&bytes)?);
    }
    found.sort_by_key(|record: &Record| record.position);
    Ok(found)
}

pub(super) fn record(
    ctx: &Context,
    privilege: Privilege,
    contract: &AccAddress,
) -> Result<Option<Record>, ModuleError> {
    let stored = ctx.get(STORE, &state_key::record(privilege, contract))?;
    stored.map(|bytes| read(&bytes)).transpose()
}

/// The grant of `privilege` to `contract`, if it holds it and it is not suspended.
pub fn require(
    ctx: &Context,
    privilege: Privilege,
    contract: &AccAddress,
) -> Result<Record, ModuleError> {
    let (contract_, name) = (contract.clone(), privilege.as_str_name());
    match record(ctx, privilege, contract)? {
        Some(record) if !record.is_suspended => Ok(record),
        Some(_) => Err(PrivilegeError::Suspended { contract: contract_, privilege: name }.into()),
        None => Err(PrivilegeError::NotGranted { contract: contract_, privilege: name }.into()),
    }
}

/// Gas of all calls that the chain itself makes in a block.
pub(super) fn called_gas(records: &[Record]) -> Gas {
    let grants = records.iter().filter_map(|record| record.grant.as_ref());
    let called = grants.filter(|grant| types::is_called(grant.privilege()));
    called.fold(0, |sum: Gas, grant| sum.saturating_add(grant.block_gas))
}

pub(super) fn save(
    ctx: &Context,
    privilege: Privilege,
    contract: &AccAddress,
    record: &Record,
) -> Result<(), ModuleError> {
    ctx.set(STORE, &state_key::record(privilege, contract), record.encode_to_vec())
}

fn read(bytes: &[u8]) -> Result<Record, ModuleError> {
    Record::decode(bytes).map_err(|_| PrivilegeError::Corrupt.into())
}
