//! Entry points: unpack a message and call its action.

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Response, StdResult, to_json_binary};
use stoa_provenance_types::{ExecuteMsg, InstantiateMsg, QueryMsg};

use crate::{
    ContractError, execute, funds, query,
    state::{CONFIG, Config},
};

/// Name of the contract in the chain's contract information (CW2).
pub const CONTRACT_NAME: &str = "stoa-provenance";

/// Sets the denomination of income.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(
    deps: DepsMut<'_>,
    _env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    funds::none(&info)?;
    funds::check_denom(&msg.denom)?;
    cw2::set_contract_version(deps.storage, CONTRACT_NAME, env!("CARGO_PKG_VERSION"))?;
    CONFIG.save(deps.storage, &Config { denom: msg.denom.clone() })?;
    Ok(Response::new().add_attribute("action", "instantiate").add_attribute("denom", msg.denom))
}

/// Changes the state.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(
    deps: DepsMut<'_>,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    match msg {
        ExecuteMsg::Register { content_hash, kind, name, license, parents, royalty } => {
            let asset = execute::register::UncheckedAsset {
                content_hash,
                kind,
                name,
                license,
                parents,
                royalty,
            };
            execute::register::register(deps, &env, &info, asset)
        }
        ExecuteMsg::Pay { asset } => execute::pay::pay(deps, &info, asset),
        ExecuteMsg::Collect { child, parent } => {
            execute::collect::collect(deps, &info, child, parent)
        }
        ExecuteMsg::Claim { asset, collect_from } => {
            execute::claim::claim(deps, &info, asset, &collect_from)
        }
    }
}

/// Answers a question.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps<'_>, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Config {} => to_json_binary(&query::config::config(deps)?),
        QueryMsg::Asset { content_hash } => {
            to_json_binary(&query::asset::asset(deps, content_hash)?)
        }
        QueryMsg::Assets { start_after, limit } => {
            to_json_binary(&query::assets::assets(deps, start_after, limit)?)
        }
        QueryMsg::Children { parent, start_after, limit } => {
            to_json_binary(&query::children::children(deps, parent, start_after, limit)?)
        }
        QueryMsg::Claimable { asset } => to_json_binary(&query::claimable::claimable(deps, asset)?),
    }
}
