//! Calls of contracts that need no fee: admission to the mempool.
//!
//! Blocks have never demanded a fee: as on every Cosmos SDK chain each node's least price decides what its
//! own mempool admits. So what a privileged call needs is admitted here, and bounded here: within the grant's
//! gas of a block for each contract, and [`MAX_FREE_TXS_PER_SENDER`] for each sender. What is counted lies in
//! the state of admission, which is dropped with every block.

use std::collections::BTreeMap;

use cosmos_sdk_proto::Any;
use prost::{Message as _, Name as _};
use serde::de::IgnoredAny;
use stoa_proto::cosmwasm::wasm::v1::MsgExecuteContract;

use super::{Grant, Privilege, PrivilegeError, STORE, state_key, view};
use crate::{
    auth::AccAddress,
    core::{Context, Gas, ModuleError},
};

/// Most transactions of one sender that a mempool admits without a fee between two blocks.
pub const MAX_FREE_TXS_PER_SENDER: u64 = 16;
/// Most messages of a transaction without a fee.
const MAX_FREE_MESSAGES: usize = 8;

/// Whether a transaction with a gas limit of `gas`, paid by `sender`, needs no fee because each of its
/// messages is a privileged call. Refuses what is privileged and beyond a bound.
pub fn admit_free(
    ctx: &Context,
    sender: &AccAddress,
    messages: &[Any],
    gas: Gas,
) -> Result<bool, ModuleError> {
    if messages.is_empty() || messages.len() > MAX_FREE_MESSAGES {
        return Ok(false);
    }
    let mut grants: BTreeMap<AccAddress, Gas> = BTreeMap::new();
    for message in messages {
        let Some(grant) = grant_of(ctx, message)? else { return Ok(false) };
        grants.insert(grant.contract, grant.block_gas);
    }
    for (contract, limit) in &grants {
        let used = count(ctx, &state_key::free_gas(contract), gas)?;
        if used > *limit {
            let privilege = Privilege::FeeFree.as_str_name();
            return Err(PrivilegeError::Budget { privilege, used, limit: *limit }.into());
        }
    }
    let limit = MAX_FREE_TXS_PER_SENDER;
    if count(ctx, &state_key::free_txs(sender), 1)? > limit {
        return Err(PrivilegeError::TooManyFree { limit }.into());
    }
    Ok(true)
}

/// The grant under which `message` needs no fee.
fn grant_of(ctx: &Context, message: &Any) -> Result<Option<Grant>, ModuleError> {
    if message.type_url != MsgExecuteContract::type_url() {
        return Ok(None);
    }
    let Ok(call) = MsgExecuteContract::decode(message.value.as_slice()) else { return Ok(None) };
    let Ok(contract) = call.contract.parse::<AccAddress>() else { return Ok(None) };
    let Some(record) = read(ctx, &contract)? else { return Ok(None) };
    let grant = Grant::from_proto(record.grant.as_ref())?;
    let name = name_of(&call.msg).filter(|_| !record.is_suspended);
    Ok(name.filter(|name| grant.messages.contains(name)).map(|_| grant))
}

/// The record, without charging the sender for it.
fn read(
    ctx: &Context,
    contract: &AccAddress,
) -> Result<Option<stoa_proto::privilege::v1::Record>, ModuleError> {
    let free = Context { gas: crate::GasMeter::unlimited(), ..ctx.clone() };
    view::record(&free, Privilege::FeeFree, contract)
}

/// The only key of a JSON object.
fn name_of(json: &[u8]) -> Option<String> {
    let object: BTreeMap<String, IgnoredAny> = serde_json::from_slice(json).ok()?;
    let mut keys = object.into_keys();
    keys.next().filter(|_| keys.next().is_none())
}

/// Adds to a counter in the state of admission; answers what it is then.
fn count(ctx: &Context, key: &[u8], more: u64) -> Result<u64, ModuleError> {
    let before = match ctx.overlay.get(STORE, key)?.as_deref().map(<[u8; 8]>::try_from) {
        None => 0,
        Some(Ok(bytes)) => u64::from_be_bytes(bytes),
        Some(Err(_)) => return Err(PrivilegeError::Corrupt.into()),
    };
    let after = before.saturating_add(more);
    ctx.overlay.set(STORE, key, after.to_be_bytes().to_vec())?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_named_by_its_only_key() {
        assert_eq!(name_of(br#"{"deliver":{"job":1}}"#).as_deref(), Some("deliver"));
        for other in [&b"{}"[..], b"[]", b"\"deliver\"", br#"{"a":1,"b":2}"#, b"{", b""] {
            assert_eq!(name_of(other), None);
        }
    }
}
