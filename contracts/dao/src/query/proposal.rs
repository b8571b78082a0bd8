//! One proposal.

use cosmwasm_std::{Deps, Env, StdResult};
use stoa_dao_types::ProposalResponse;
use stoa_primitives::{Height, ProposalId};

use crate::{
    decision::status_at,
    state::{CONFIG, Config, PROPOSALS, Proposal},
};

/// Fails where no proposal has the number.
pub fn proposal(deps: Deps<'_>, env: &Env, proposal_id: ProposalId) -> StdResult<ProposalResponse> {
    let config = CONFIG.load(deps.storage)?;
    let proposal = PROPOSALS.load(deps.storage, proposal_id)?;
    Ok(response(proposal_id, proposal, &config, env.block.height))
}

/// The answer's shape, with the status as of `height`.
pub fn response(
    proposal_id: ProposalId,
    proposal: Proposal,
    config: &Config,
    height: Height,
) -> ProposalResponse {
    let status = status_at(&proposal, config, height);
    ProposalResponse {
        proposal_id,
        title: proposal.title,
        description: proposal.description,
        messages: proposal.messages,
        proposer: proposal.proposer.into_string(),
        opened_height: proposal.opened_height,
        ends_height: proposal.ends_height,
        total_weight: proposal.total_weight,
        tally: proposal.tally,
        status,
    }
}
