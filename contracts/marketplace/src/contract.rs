//! Entry points: unpack a message and call its action.

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Response, StdResult, to_json_binary};
use stoa_marketplace_types::{ExecuteMsg, InstantiateMsg, QueryMsg};

use crate::{ContractError, execute, query};

/// Name of the contract in the chain's contract information (CW2).
pub const CONTRACT_NAME: &str = "stoa-marketplace";

/// Sets the rules.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(
    deps: DepsMut<'_>,
    _env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    execute::instantiate::instantiate(deps, &info, msg)
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
        ExecuteMsg::RegisterService {
            name,
            model,
            semantics_version,
            price,
            endpoint,
            receipt_key,
        } => {
            let service = execute::register_service::UncheckedService {
                name,
                model,
                semantics_version,
                price,
                endpoint,
                receipt_key,
            };
            execute::register_service::register_service(deps, &info, service)
        }
        ExecuteMsg::UpdateService { service_id, price, endpoint } => {
            let changes = execute::update_service::Changes { price, endpoint };
            execute::update_service::update_service(deps, &info, service_id, changes)
        }
        ExecuteMsg::CloseService { service_id } => {
            execute::close_service::close_service(deps, &info, service_id)
        }
        ExecuteMsg::Order { service_id, input_hash, deadline_blocks } => {
            let request = execute::order::Request { service_id, input_hash, deadline_blocks };
            execute::order::order(deps, &env, &info, &request)
        }
        ExecuteMsg::Deliver { receipt } => execute::deliver::deliver(deps, &env, &info, receipt),
        ExecuteMsg::Settle { job_id } => execute::settle::settle(deps, &env, &info, job_id),
        ExecuteMsg::Refund { job_id } => execute::refund::refund(deps, &env, &info, job_id),
        ExecuteMsg::SetProtocolFee { protocol_fee } => {
            execute::set_protocol_fee::set_protocol_fee(deps, &info, protocol_fee)
        }
    }
}

/// Answers a question.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps<'_>, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Config {} => to_json_binary(&query::config::config(deps)?),
        QueryMsg::Service { service_id } => {
            to_json_binary(&query::service::service(deps, service_id)?)
        }
        QueryMsg::Services { start_after, limit } => {
            to_json_binary(&query::services::services(deps, start_after, limit)?)
        }
        QueryMsg::Job { job_id } => to_json_binary(&query::job::job(deps, job_id)?),
        QueryMsg::Jobs { start_after, limit } => {
            to_json_binary(&query::jobs::jobs(deps, start_after, limit)?)
        }
        QueryMsg::OpenJobs { provider, start_after, limit } => {
            to_json_binary(&query::open_jobs::open_jobs(deps, &provider, start_after, limit)?)
        }
        QueryMsg::Obligations {} => to_json_binary(&query::obligations::obligations(deps)?),
    }
}
