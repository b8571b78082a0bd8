//! Runs what a passed proposal asks for.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use stoa_dao_types::ProposalStatus;
use stoa_primitives::ProposalId;

use crate::{
    ContractError,
    decision::status_at,
    funds,
    state::{CONFIG, PROPOSALS, load_proposal},
};

/// Anyone, once. A message that fails undoes the whole transaction: the proposal stays passed and can
/// be tried again.
pub fn execute_proposal(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    proposal_id: ProposalId,
) -> Result<Response, ContractError> {
    funds::none(info)?;
    let mut proposal = load_proposal(deps.storage, proposal_id)?;
    let config = CONFIG.load(deps.storage)?;
    match status_at(&proposal, &config, env.block.height) {
        ProposalStatus::Passed => {}
        ProposalStatus::Open => return Err(ContractError::StillOpen { proposal_id }),
        ProposalStatus::Rejected => return Err(ContractError::Rejected { proposal_id }),
        ProposalStatus::Executed => return Err(ContractError::AlreadyExecuted { proposal_id }),
    }

    // Before the messages run, so that one of them cannot execute the proposal again.
    proposal.is_executed = true;
    PROPOSALS.save(deps.storage, proposal_id, &proposal)?;

    Ok(Response::new()
        .add_messages(proposal.messages)
        .add_attribute("action", "execute")
        .add_attribute("proposal_id", proposal_id.to_string()))
}
