//! Entry points: unpack a message and call its action.

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Response, StdResult, to_json_binary};
use stoa_dao_types::{ExecuteMsg, InstantiateMsg, QueryMsg};

use crate::{ContractError, execute, query};

/// Name of the contract in the chain's contract information (CW2).
pub const CONTRACT_NAME: &str = "stoa-dao";

/// Sets the rules and the first members.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(
    deps: DepsMut<'_>,
    env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    execute::instantiate::instantiate(deps, &env, &info, msg)
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
        ExecuteMsg::Propose { title, description, messages } => {
            let draft = execute::propose::Draft { title, description, messages };
            execute::propose::propose(deps, &env, &info, draft)
        }
        ExecuteMsg::Vote { proposal_id, vote } => {
            execute::vote::vote(deps, &env, &info, proposal_id, vote)
        }
        ExecuteMsg::Execute { proposal_id } => {
            execute::execute_proposal::execute_proposal(deps, &env, &info, proposal_id)
        }
        ExecuteMsg::UpdateMembers { members } => {
            execute::update_members::update_members(deps, &env, &info, &members)
        }
    }
}

/// Answers a question.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps<'_>, env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Config {} => to_json_binary(&query::config::config(deps)?),
        QueryMsg::Members { start_after, limit } => {
            to_json_binary(&query::members::members(deps, start_after.as_deref(), limit)?)
        }
        QueryMsg::Proposal { proposal_id } => {
            to_json_binary(&query::proposal::proposal(deps, &env, proposal_id)?)
        }
        QueryMsg::Proposals { start_after, limit } => {
            to_json_binary(&query::proposals::proposals(deps, &env, start_after, limit)?)
        }
        QueryMsg::Vote { proposal_id, voter } => {
            to_json_binary(&query::vote::vote(deps, proposal_id, &voter)?)
        }
    }
}
