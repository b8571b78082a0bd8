//! What is stored. Keys equal the names of the constants.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, CosmosMsg, StdResult, Storage};
use cw_storage_plus::{Item, Map, SnapshotItem, SnapshotMap, Strategy};
use stoa_dao_types::{Tally, Vote};
use stoa_primitives::{BasisPoints, Height, ProposalId};

use crate::ContractError;

/// Fixed at instantiation.
#[cw_serde]
pub struct Config {
    /// Part of the total weight that must vote.
    pub quorum: BasisPoints,
    /// Part of yes-and-no weight that yes must exceed.
    pub threshold: BasisPoints,
    /// Length of a vote in blocks.
    pub voting_period_blocks: u64,
}

/// Sums over all members.
#[cw_serde]
#[derive(Copy, Default)]
pub struct Totals {
    /// Sum of weights.
    pub weight: u64,
    /// Number of members.
    pub members: u32,
}

/// What is voted on.
#[cw_serde]
pub struct Proposal {
    /// One line.
    pub title: String,
    /// Reasons.
    pub description: String,
    /// What happens when it passes.
    pub messages: Vec<CosmosMsg>,
    /// Who opened it.
    pub proposer: Addr,
    /// Height of opening; weights are those before this block.
    pub opened_height: Height,
    /// Last height of votes.
    pub ends_height: Height,
    /// Sum of all weights before the block of opening.
    pub total_weight: u64,
    /// Weight cast.
    pub tally: Tally,
    /// Whether the messages have run.
    pub is_executed: bool,
}

/// A vote with the weight that it counted with.
#[cw_serde]
pub struct Ballot {
    /// The choice.
    pub vote: Vote,
    /// The weight.
    pub weight: u64,
}

/// The rules.
pub const CONFIG: Item<Config> = Item::new("CONFIG");
/// Weights by address, with their history; never zero.
pub const MEMBERS: SnapshotMap<&Addr, u64> =
    SnapshotMap::new("MEMBERS", "MEMBERS_CHECKPOINTS", "MEMBERS_CHANGELOG", Strategy::EveryBlock);
/// Sums over [`MEMBERS`], with their history.
pub const TOTALS: SnapshotItem<Totals> =
    SnapshotItem::new("TOTALS", "TOTALS_CHECKPOINTS", "TOTALS_CHANGELOG", Strategy::EveryBlock);
/// Number of the last proposal; counted from 1.
pub const LAST_PROPOSAL_ID: Item<ProposalId> = Item::new("LAST_PROPOSAL_ID");
/// Proposals by number.
pub const PROPOSALS: Map<ProposalId, Proposal> = Map::new("PROPOSALS");
/// Votes by (proposal, voter).
pub const BALLOTS: Map<(ProposalId, &Addr), Ballot> = Map::new("BALLOTS");

/// The proposal, or [`ContractError::UnknownProposal`].
pub fn load_proposal(
    storage: &dyn Storage,
    proposal_id: ProposalId,
) -> Result<Proposal, ContractError> {
    let proposal = PROPOSALS.may_load(storage, proposal_id)?;
    proposal.ok_or(ContractError::UnknownProposal { proposal_id })
}

/// The member's weight before the block of `height`; zero for others.
pub fn weight_before(storage: &dyn Storage, address: &Addr, height: Height) -> StdResult<u64> {
    Ok(MEMBERS.may_load_at_height(storage, address, height)?.unwrap_or_default())
}
