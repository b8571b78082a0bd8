//! Moves a royalty up one edge.

use cosmwasm_std::{DepsMut, MessageInfo, Response, Storage, Uint128};
use stoa_primitives::ContentHash;

use crate::{
    ContractError, funds,
    lineage::parent_earned,
    state::{EDGES, load_account, save_account},
};

/// Moves what `child` owes into the account of `parent`.
pub fn collect(
    deps: DepsMut<'_>,
    info: &MessageInfo,
    child: ContentHash,
    parent: ContentHash,
) -> Result<Response, ContractError> {
    funds::none(info)?;
    let amount = collect_edge(deps.storage, child, parent)?;
    if amount.is_zero() {
        return Err(ContractError::NothingToCollect { child, parent });
    }
    Ok(Response::new()
        .add_attribute("action", "collect")
        .add_attribute("asset", parent.to_string())
        .add_attribute("child", child.to_string())
        .add_attribute("amount", amount))
}

/// Moves what is owed, possibly nothing, and returns it.
pub fn collect_edge(
    storage: &mut dyn Storage,
    child: ContentHash,
    parent: ContentHash,
) -> Result<Uint128, ContractError> {
    let key = (parent.as_bytes().as_slice(), *child.as_bytes());
    let edge = EDGES.may_load(storage, key)?;
    let mut edge = edge.ok_or(ContractError::NotDerived { child, parent })?;
    let earned = parent_earned(load_account(storage, child)?.received, edge.share);
    let amount = earned.checked_sub(edge.collected)?;
    if amount.is_zero() {
        return Ok(amount);
    }
    edge.collected = earned;
    EDGES.save(storage, key, &edge)?;
    let mut account = load_account(storage, parent)?;
    account.received = account.received.checked_add(amount)?;
    save_account(storage, parent, &account)?;
    Ok(amount)
}
