//! One member's vote.

use cosmwasm_std::{Deps, StdResult};
use stoa_dao_types::VoteResponse;
use stoa_primitives::ProposalId;

use crate::state::{BALLOTS, PROPOSALS, weight_before};

/// The vote, or the weight that it would count with.
pub fn vote(deps: Deps<'_>, proposal_id: ProposalId, voter: &str) -> StdResult<VoteResponse> {
    let voter = deps.api.addr_validate(voter)?;
    let opened_height = PROPOSALS.load(deps.storage, proposal_id)?.opened_height;
    let ballot = BALLOTS.may_load(deps.storage, (proposal_id, &voter))?;
    Ok(match ballot {
        Some(ballot) => VoteResponse { vote: Some(ballot.vote), weight: ballot.weight },
        None => {
            VoteResponse { vote: None, weight: weight_before(deps.storage, &voter, opened_height)? }
        }
    })
}
