//! Sets the rules and the first members.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use stoa_dao_types::{InstantiateMsg, MAX_VOTING_PERIOD_BLOCKS};
use stoa_primitives::FULL_BASIS_POINTS;

use crate::{
    ContractError,
    contract::CONTRACT_NAME,
    funds, membership,
    state::{CONFIG, Config},
};

/// Refuses rules under which nothing could ever pass.
pub fn instantiate(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    funds::none(info)?;
    if !(1..=MAX_VOTING_PERIOD_BLOCKS).contains(&msg.voting_period_blocks) {
        return Err(ContractError::VotingPeriod { actual: msg.voting_period_blocks });
    }
    if msg.threshold.get() == FULL_BASIS_POINTS {
        return Err(ContractError::UnreachableThreshold { actual: msg.threshold.get() });
    }

    cw2::set_contract_version(deps.storage, CONTRACT_NAME, env!("CARGO_PKG_VERSION"))?;
    let config = Config {
        quorum: msg.quorum,
        threshold: msg.threshold,
        voting_period_blocks: msg.voting_period_blocks,
    };
    CONFIG.save(deps.storage, &config)?;
    let totals = membership::apply(deps, &msg.members, env.block.height)?;

    Ok(Response::new()
        .add_attribute("action", "instantiate")
        .add_attribute("members", totals.members.to_string())
        .add_attribute("total_weight", totals.weight.to_string()))
}
