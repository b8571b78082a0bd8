//! `cw1-whitelist`, with the entry points that its crate leaves out beside `cw1-subkeys`, which uses it as a
//! library. The other contracts are the dependencies themselves.

use cosmwasm_std::{
    Binary, Deps, DepsMut, Empty, Env, MessageInfo, Response, StdResult, entry_point,
};
use cw1_whitelist::{
    ContractError, contract,
    msg::{ExecuteMsg, InstantiateMsg, QueryMsg},
};

/// As published.
#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> StdResult<Response> {
    contract::instantiate(deps, env, info, msg)
}

/// As published.
#[entry_point]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg<Empty>,
) -> Result<Response<Empty>, ContractError> {
    contract::execute(deps, env, info, msg)
}

/// As published.
#[entry_point]
pub fn query(deps: Deps, env: Env, msg: QueryMsg<Empty>) -> StdResult<Binary> {
    contract::query(deps, env, msg)
}
