//! Pays income to an asset: one account is read and written, however long the lineage.

use cosmwasm_std::{DepsMut, MessageInfo, Response};
use stoa_primitives::ContentHash;

use crate::{
    ContractError, funds,
    state::{CONFIG, load_account, save_account},
};

/// Adds the attached funds to the asset's income.
pub fn pay(
    deps: DepsMut<'_>,
    info: &MessageInfo,
    asset: ContentHash,
) -> Result<Response, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    let amount = funds::one_coin(info, &config.denom)?;
    let mut account = load_account(deps.storage, asset)?;
    account.received = account.received.checked_add(amount)?;
    save_account(deps.storage, asset, &account)?;

    Ok(Response::new()
        .add_attribute("action", "pay")
        .add_attribute("asset", asset.to_string())
        .add_attribute("amount", amount))
}
