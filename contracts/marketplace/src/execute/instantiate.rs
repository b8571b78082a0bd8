//! Sets the rules.

use cosmwasm_std::{DepsMut, MessageInfo, Response};
use stoa_marketplace_types::{InstantiateMsg, MAX_CHALLENGE_WINDOW_BLOCKS};
use stoa_provenance_types::{ConfigResponse, QueryMsg};

use super::set_protocol_fee::check_fee;
use crate::{
    ContractError,
    contract::CONTRACT_NAME,
    funds,
    state::{CONFIG, Config, OBLIGATIONS, Obligations},
};

/// Refuses rules under which a job could never be settled.
pub fn instantiate(
    deps: DepsMut<'_>,
    info: &MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    funds::none(info)?;
    check_fee(msg.protocol_fee)?;
    if !(1..=MAX_CHALLENGE_WINDOW_BLOCKS).contains(&msg.challenge_window_blocks) {
        return Err(ContractError::ChallengeWindow { actual: msg.challenge_window_blocks });
    }
    let dao = deps.api.addr_validate(&msg.dao)?;
    let provenance = deps.api.addr_validate(&msg.provenance)?;
    let registry: ConfigResponse =
        deps.querier.query_wasm_smart(&provenance, &QueryMsg::Config {})?;
    if registry.denom != msg.denom {
        return Err(ContractError::DenomMismatch {
            marketplace: msg.denom,
            provenance: registry.denom,
        });
    }

    cw2::set_contract_version(deps.storage, CONTRACT_NAME, env!("CARGO_PKG_VERSION"))?;
    let config = Config {
        dao,
        provenance,
        denom: msg.denom,
        protocol_fee: msg.protocol_fee,
        challenge_window_blocks: msg.challenge_window_blocks,
        minimum_bond: msg.minimum_bond,
    };
    CONFIG.save(deps.storage, &config)?;
    OBLIGATIONS.save(deps.storage, &Obligations::default())?;

    Ok(Response::new()
        .add_attribute("action", "instantiate")
        .add_attribute("dao", config.dao)
        .add_attribute("provenance", config.provenance)
        .add_attribute("denom", config.denom))
}
