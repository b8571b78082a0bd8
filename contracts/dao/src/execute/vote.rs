//! Casts a vote.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use stoa_dao_types::{ProposalStatus, Tally, Vote};
use stoa_primitives::ProposalId;

use crate::{
    ContractError,
    decision::status_at,
    funds,
    state::{BALLOTS, Ballot, CONFIG, PROPOSALS, load_proposal, weight_before},
};

/// Once for each member, with the weight held before the proposal's block, up to its last height.
pub fn vote(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    proposal_id: ProposalId,
    vote: Vote,
) -> Result<Response, ContractError> {
    funds::none(info)?;
    let mut proposal = load_proposal(deps.storage, proposal_id)?;
    let (ends_height, height) = (proposal.ends_height, env.block.height);
    if height > ends_height {
        return Err(ContractError::VotingEnded { ends_height, height });
    }
    let voter = &info.sender;
    if BALLOTS.has(deps.storage, (proposal_id, voter)) {
        return Err(ContractError::AlreadyVoted { proposal_id, voter: voter.clone() });
    }
    let weight = weight_before(deps.storage, voter, proposal.opened_height)?;
    if weight == 0 {
        let height = proposal.opened_height;
        return Err(ContractError::NotMember { address: voter.clone(), height });
    }
    let config = CONFIG.load(deps.storage)?;
    if status_at(&proposal, &config, height) != ProposalStatus::Open {
        return Err(ContractError::AlreadyDecided { proposal_id });
    }

    proposal.tally = add(proposal.tally, vote, weight);
    PROPOSALS.save(deps.storage, proposal_id, &proposal)?;
    BALLOTS.save(deps.storage, (proposal_id, voter), &Ballot { vote, weight })?;

    Ok(Response::new()
        .add_attribute("action", "vote")
        .add_attribute("proposal_id", proposal_id.to_string())
        .add_attribute("voter", voter)
        .add_attribute("vote", name_of(vote))
        .add_attribute("weight", weight.to_string()))
}

/// The sum of all votes is at most the total weight, which fits.
fn add(tally: Tally, vote: Vote, weight: u64) -> Tally {
    match vote {
        Vote::Yes => Tally { yes: tally.yes.saturating_add(weight), ..tally },
        Vote::No => Tally { no: tally.no.saturating_add(weight), ..tally },
        Vote::Abstain => Tally { abstain: tally.abstain.saturating_add(weight), ..tally },
    }
}

fn name_of(vote: Vote) -> &'static str {
    match vote {
        Vote::Yes => "yes",
        Vote::No => "no",
        Vote::Abstain => "abstain",
    }
}
