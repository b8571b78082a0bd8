//! Everything that can be refused.

use cosmwasm_std::{Addr, StdError};
use stoa_dao_types::{
    MAX_DESCRIPTION_BYTES, MAX_MEMBERS, MAX_MESSAGES, MAX_TITLE_BYTES, MAX_VOTING_PERIOD_BLOCKS,
};
use stoa_primitives::{Height, ProposalId};

/// Why a message was refused.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum ContractError {
    /// Storage or serialisation failed.
    #[error(transparent)]
    Std(#[from] StdError),
    /// Funds came with a message that takes none.
    #[error("this message takes no funds, {coins} coins were attached")]
    NonPayable {
        /// Number of coins.
        coins: usize,
    },

    // rules
    /// The voting period is empty or too long.
    #[error("a vote lasts 1 to {MAX_VOTING_PERIOD_BLOCKS} blocks, found {actual}")]
    VotingPeriod {
        /// Blocks that were asked for.
        actual: u64,
    },
    /// A threshold of 100 %, which yes can never exceed.
    #[error("yes can never exceed a threshold of {actual} basis points")]
    UnreachableThreshold {
        /// Basis points that were asked for.
        actual: u16,
    },

    // members
    /// More members than the limit.
    #[error("a DAO has at most {MAX_MEMBERS} members, found {actual}")]
    TooManyMembers {
        /// How many there would be.
        actual: usize,
    },
    /// A member was listed twice.
    #[error("{address} is listed twice")]
    DuplicateMember {
        /// The member.
        address: Addr,
    },
    /// An update that lists nobody.
    #[error("no members were listed")]
    NothingToUpdate {},
    /// Nobody could ever vote again.
    #[error("the total weight would be zero")]
    ZeroTotalWeight {},
    /// Weights beyond 64 bits.
    #[error("the total weight would exceed 64 bits")]
    TotalWeightOverflow {},
    /// The sender had no weight when it counted.
    #[error("{address} had no weight before height {height}")]
    NotMember {
        /// The sender.
        address: Addr,
        /// The height at which weights count.
        height: Height,
    },
    /// The sender is not the DAO itself.
    #[error("only the DAO itself may do this, by proposal")]
    NotSelf {},

    // proposals
    /// The title is empty or too long.
    #[error("a title has 1 to {MAX_TITLE_BYTES} bytes, found {actual}")]
    TitleLength {
        /// Its length in bytes.
        actual: usize,
    },
    /// The description is too long.
    #[error("a description has at most {MAX_DESCRIPTION_BYTES} bytes, found {actual}")]
    DescriptionLength {
        /// Its length in bytes.
        actual: usize,
    },
    /// More messages than the limit.
    #[error("a proposal has at most {MAX_MESSAGES} messages, found {actual}")]
    TooManyMessages {
        /// How many were given.
        actual: usize,
    },
    /// No proposal has the number.
    #[error("proposal {proposal_id} does not exist")]
    UnknownProposal {
        /// The number.
        proposal_id: ProposalId,
    },
    /// Too late to vote.
    #[error("the vote ended with height {ends_height}, this is {height}")]
    VotingEnded {
        /// Last height of votes.
        ends_height: Height,
        /// Now.
        height: Height,
    },
    /// The outcome is certain already.
    #[error("proposal {proposal_id} is already decided")]
    AlreadyDecided {
        /// The proposal.
        proposal_id: ProposalId,
    },
    /// A second vote of the same member.
    #[error("{voter} has voted on proposal {proposal_id}")]
    AlreadyVoted {
        /// The proposal.
        proposal_id: ProposalId,
        /// The member.
        voter: Addr,
    },
    /// The vote is still open.
    #[error("proposal {proposal_id} is still open")]
    StillOpen {
        /// The proposal.
        proposal_id: ProposalId,
    },
    /// The proposal lost.
    #[error("proposal {proposal_id} was rejected")]
    Rejected {
        /// The proposal.
        proposal_id: ProposalId,
    },
    /// The proposal's messages have run.
    #[error("proposal {proposal_id} was executed before")]
    AlreadyExecuted {
        /// The proposal.
        proposal_id: ProposalId,
    },
}
