//! Calls of contracts that need no fee: admission to the mempool, and the budget of a block.
//!
//! Blocks have never demanded a fee: as on every Cosmos SDK chain each node's least price decides what its
//! own mempool admits. So what a privileged call needs is admitted here, and bounded here: in a mempool within
//! the grant's gas of a block for each contract, and [`MAX_FREE_TXS_PER_SENDER`] for each sender; what is
//! counted there lies in the state of admission, which is dropped with every block. In a block the gas limits
//! of a contract's calls without a fee are within its grant, whoever proposes it: [`use_free`] counts them in
//! the grant's own record, and proposals are judged by the same [`budgets`].

use std::collections::BTreeMap;

use cosmos_sdk_proto::{Any, cosmwasm::wasm::v1::MsgExecuteContract};
use prost::{Message as _, Name as _};
use serde::de::IgnoredAny;
use stoa_proto::privilege::v1::{Record, Usage};

use super::{Grant, Privilege, PrivilegeError, STORE, state_key, types::MAX_MESSAGE_BYTES, view};
use crate::{
    auth::AccAddress,
    core::{Context, Gas, ModuleError},
};

/// Most transactions of one sender that a mempool admits without a fee between two blocks.
pub const MAX_FREE_TXS_PER_SENDER: u64 = 16;
/// Most messages of a transaction without a fee.
const MAX_FREE_MESSAGES: usize = 8;

/// A message that calls a contract by a name, which a grant may free of fees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCall {
    contract: AccAddress,
    name: String,
}

/// The calls that a transaction of `messages` consists of; none if it has anything else, or too many.
pub fn named_calls(messages: &[Any]) -> Option<Vec<NamedCall>> {
    if messages.is_empty() || messages.len() > MAX_FREE_MESSAGES {
        return None;
    }
    messages.iter().map(named_call).collect()
}

fn named_call(message: &Any) -> Option<NamedCall> {
    if message.type_url != MsgExecuteContract::type_url() {
        return None;
    }
    let call = MsgExecuteContract::decode(message.value.as_slice()).ok()?;
    let name = name_of(&call.msg).filter(|name| name.len() <= MAX_MESSAGE_BYTES)?;
    Some(NamedCall { contract: call.contract.parse().ok()?, name })
}

/// The contracts under whose grants `calls` need no fee, each with its gas of a block; none unless there is
/// a grant for every call. Nobody pays for the look.
pub fn budgets(
    ctx: &Context,
    calls: &[NamedCall],
) -> Result<Option<BTreeMap<AccAddress, Gas>>, ModuleError> {
    let mut budgets = BTreeMap::new();
    for NamedCall { contract, name } in calls {
        let Some(record) = record(ctx, contract)? else { return Ok(None) };
        let grant = Grant::from_proto(record.grant.as_ref())?;
        if record.is_suspended || !grant.messages.contains(name) {
            return Ok(None);
        }
        budgets.insert(grant.contract, grant.block_gas);
    }
    Ok((!budgets.is_empty()).then_some(budgets))
}

/// Whether a mempool takes a transaction with a gas limit of `gas`, paid by `sender`, without a fee because
/// each of its messages is a privileged call. Refuses what is privileged and beyond a bound.
pub fn admit_free(
    ctx: &Context,
    sender: &AccAddress,
    messages: &[Any],
    gas: Gas,
) -> Result<bool, ModuleError> {
    let Some(calls) = named_calls(messages) else { return Ok(false) };
    let Some(budgets) = budgets(ctx, &calls)? else { return Ok(false) };
    for (contract, limit) in budgets {
        within(count(ctx, &state_key::free_gas(&contract), gas)?, limit)?;
    }
    let limit = MAX_FREE_TXS_PER_SENDER;
    if count(ctx, &state_key::free_txs(sender), 1)? > limit {
        return Err(PrivilegeError::TooManyFree { limit }.into());
    }
    Ok(true)
}

/// Counts a transaction of a block that offers no fee and has a gas limit of `gas` against the budgets of the
/// contracts that it calls by privilege. What calls nobody by privilege is none of this module's business.
pub fn use_free(ctx: &Context, messages: &[Any], gas: Gas) -> Result<(), ModuleError> {
    let Some(calls) = named_calls(messages) else { return Ok(()) };
    let Some(budgets) = budgets(ctx, &calls)? else { return Ok(()) };
    let height = ctx.block.height;
    for (contract, limit) in budgets {
        let Some(before) = record(ctx, &contract)? else { continue };
        let usage = before.usage.filter(|usage| usage.height == height).unwrap_or_default();
        let used = usage.gas.saturating_add(gas);
        within(used, limit)?;
        let after = Record { usage: Some(Usage { height, gas: used }), ..before };
        view::save(&unmetered(ctx), Privilege::FeeFree, &contract, &after)?;
    }
    Ok(())
}

fn within(used: Gas, limit: Gas) -> Result<(), PrivilegeError> {
    let privilege = Privilege::FeeFree.as_str_name();
    if used <= limit { Ok(()) } else { Err(PrivilegeError::Budget { privilege, used, limit }) }
}

fn record(ctx: &Context, contract: &AccAddress) -> Result<Option<Record>, ModuleError> {
    view::record(&unmetered(ctx), Privilege::FeeFree, contract)
}

/// The same state, without charging the sender for it: a transaction's gas does not depend on grants.
fn unmetered(ctx: &Context) -> Context {
    Context { gas: crate::GasMeter::unlimited(), ..ctx.clone() }
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
