//! Messages of the DAO contract.
//!
//! Members vote with weights. A proposal carries messages; when it passes, anyone can execute them, and
//! they run with the DAO's address as sender. The DAO is the authority of the marketplace and its treasury.

#![deny(clippy::float_arithmetic)]

use cosmwasm_schema::{QueryResponses, cw_serde};
use cosmwasm_std::CosmosMsg;
use stoa_primitives::{BasisPoints, Height, ProposalId};

/// Most members.
pub const MAX_MEMBERS: usize = 200;
/// Most messages of one proposal.
pub const MAX_MESSAGES: usize = 16;
/// Longest title in bytes.
pub const MAX_TITLE_BYTES: usize = 140;
/// Longest description in bytes.
pub const MAX_DESCRIPTION_BYTES: usize = 10_000;
/// Longest voting period in blocks.
pub const MAX_VOTING_PERIOD_BLOCKS: u64 = 1_000_000;
/// Largest page of a list query.
pub const MAX_PAGE: u32 = 100;

/// Sets up the DAO.
#[cw_serde]
pub struct InstantiateMsg {
    /// The first members; at least one with a weight above zero.
    pub members: Vec<Member>,
    /// Part of the total weight that must vote for a proposal to pass.
    pub quorum: BasisPoints,
    /// Part of the weight voting yes or no that must be exceeded by yes, e.g. 5,000 for a majority.
    pub threshold: BasisPoints,
    /// Blocks during which a proposal can be voted on, 1 to [`MAX_VOTING_PERIOD_BLOCKS`].
    pub voting_period_blocks: u64,
}

/// A member and its weight.
#[cw_serde]
pub struct Member {
    /// Bech32 address.
    pub address: String,
    /// Votes it casts; zero removes it.
    pub weight: u64,
}

/// A vote.
#[cw_serde]
#[derive(Copy)]
pub enum Vote {
    /// For.
    Yes,
    /// Against.
    No,
    /// Counts for the quorum only.
    Abstain,
}

/// What can be done.
#[cw_serde]
pub enum ExecuteMsg {
    /// Opens a proposal; only members.
    Propose {
        /// One line, 1 to [`MAX_TITLE_BYTES`] bytes.
        title: String,
        /// Reasons, at most [`MAX_DESCRIPTION_BYTES`] bytes.
        description: String,
        /// What happens when it passes, at most [`MAX_MESSAGES`].
        messages: Vec<CosmosMsg>,
    },
    /// Votes once on an open proposal with the weight held when it was opened.
    Vote {
        /// The proposal.
        proposal_id: ProposalId,
        /// The choice.
        vote: Vote,
    },
    /// Runs the messages of a passed proposal; anyone, once.
    Execute {
        /// The proposal.
        proposal_id: ProposalId,
    },
    /// Changes members; only the DAO itself, by proposal.
    UpdateMembers {
        /// New weights; zero removes.
        members: Vec<Member>,
    },
}

/// What can be asked.
#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// The rules.
    #[returns(ConfigResponse)]
    Config {},
    /// Members by address.
    #[returns(MembersResponse)]
    Members {
        /// Exclusive start.
        start_after: Option<String>,
        /// Page size, at most [`MAX_PAGE`].
        limit: Option<u32>,
    },
    /// One proposal.
    #[returns(ProposalResponse)]
    Proposal {
        /// Its number.
        proposal_id: ProposalId,
    },
    /// Proposals by number.
    #[returns(ProposalsResponse)]
    Proposals {
        /// Exclusive start.
        start_after: Option<ProposalId>,
        /// Page size, at most [`MAX_PAGE`].
        limit: Option<u32>,
    },
    /// A member's vote on a proposal.
    #[returns(VoteResponse)]
    Vote {
        /// The proposal.
        proposal_id: ProposalId,
        /// Bech32 address of the member.
        voter: String,
    },
}

/// The rules.
#[cw_serde]
pub struct ConfigResponse {
    /// Part of the total weight that must vote.
    pub quorum: BasisPoints,
    /// Part of yes-and-no weight that yes must exceed.
    pub threshold: BasisPoints,
    /// Length of a vote in blocks.
    pub voting_period_blocks: u64,
    /// Sum of all weights now.
    pub total_weight: u64,
}

/// A page of members.
#[cw_serde]
pub struct MembersResponse {
    /// The members.
    pub members: Vec<Member>,
}

/// Where a proposal is on its way.
#[cw_serde]
#[derive(Copy)]
pub enum ProposalStatus {
    /// Can be voted on.
    Open,
    /// Won; its messages can be executed.
    Passed,
    /// Lost.
    Rejected,
    /// Its messages have run.
    Executed,
}

/// Weight cast so far.
#[cw_serde]
#[derive(Copy, Default)]
pub struct Tally {
    /// For.
    pub yes: u64,
    /// Against.
    pub no: u64,
    /// For the quorum only.
    pub abstain: u64,
}

/// One proposal.
#[cw_serde]
pub struct ProposalResponse {
    /// Its number.
    pub proposal_id: ProposalId,
    /// One line.
    pub title: String,
    /// Reasons.
    pub description: String,
    /// What happens when it passes.
    pub messages: Vec<CosmosMsg>,
    /// Bech32 address of the proposer.
    pub proposer: String,
    /// Height at which it was opened; weights are those before this block.
    pub opened_height: Height,
    /// Last height at which votes count.
    pub ends_height: Height,
    /// Sum of all weights when it was opened.
    pub total_weight: u64,
    /// Weight cast.
    pub tally: Tally,
    /// Where it is on its way, as of the queried block.
    pub status: ProposalStatus,
}

/// A page of proposals.
#[cw_serde]
pub struct ProposalsResponse {
    /// The proposals.
    pub proposals: Vec<ProposalResponse>,
}

/// One member's vote.
#[cw_serde]
pub struct VoteResponse {
    /// The choice, if the member voted.
    pub vote: Option<Vote>,
    /// The weight it counted with (or would count with).
    pub weight: u64,
}
