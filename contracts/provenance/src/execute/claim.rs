//! Pays an owner what the asset has earned.

use cosmwasm_std::{BankMsg, DepsMut, MessageInfo, Response, coins};
use stoa_primitives::ContentHash;
use stoa_provenance_types::MAX_COLLECTED_CHILDREN;

use crate::{
    ContractError,
    execute::collect::collect_edge,
    funds,
    lineage::owner_earned,
    state::{CONFIG, load_account, load_asset, save_account},
};

/// Collects from the listed children, then sends everything unpaid to the owner.
pub fn claim(
    deps: DepsMut<'_>,
    info: &MessageInfo,
    content_hash: ContentHash,
    collect_from: &[ContentHash],
) -> Result<Response, ContractError> {
    funds::none(info)?;
    if collect_from.len() > MAX_COLLECTED_CHILDREN {
        return Err(ContractError::TooManyChildren { actual: collect_from.len() });
    }
    let asset = load_asset(deps.storage, content_hash)?;
    if asset.owner != info.sender {
        return Err(ContractError::NotOwner { content_hash });
    }
    for child in collect_from {
        collect_edge(deps.storage, *child, content_hash)?;
    }
    let mut account = load_account(deps.storage, content_hash)?;
    let earned = owner_earned(account.received, asset.sum_of_shares()?);
    let amount = earned.checked_sub(account.claimed)?;
    if amount.is_zero() {
        return Err(ContractError::NothingToClaim { content_hash });
    }
    account.claimed = earned;
    save_account(deps.storage, content_hash, &account)?;

    let denom = CONFIG.load(deps.storage)?.denom;
    let to_address = asset.owner.to_string();
    Ok(Response::new()
        .add_message(BankMsg::Send { to_address, amount: coins(amount.u128(), denom) })
        .add_attribute("action", "claim")
        .add_attribute("asset", content_hash.to_string())
        .add_attribute("owner", asset.owner)
        .add_attribute("amount", amount))
}
