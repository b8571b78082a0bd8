//! Changes members.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use stoa_dao_types::Member;

use crate::{ContractError, funds, membership};

/// Only the DAO itself. Open proposals keep the weights that they were opened with.
pub fn update_members(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    members: &[Member],
) -> Result<Response, ContractError> {
    funds::none(info)?;
    if info.sender != env.contract.address {
        return Err(ContractError::NotSelf {});
    }
    if members.is_empty() {
        return Err(ContractError::NothingToUpdate {});
    }
    let totals = membership::apply(deps, members, env.block.height)?;

    Ok(Response::new()
        .add_attribute("action", "update_members")
        .add_attribute("members", totals.members.to_string())
        .add_attribute("total_weight", totals.weight.to_string()))
}
