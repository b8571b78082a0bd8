//! Votes on the wire.

use stoa_modules::{slashing::Vote, validators::ConsensusAddress};
use stoa_proto::beacon::v1::{ExtendedCommit, ExtendedVote};
use tendermint_proto::v0_38::{
    abci::{CommitInfo, ExtendedCommitInfo, ExtendedVoteInfo, Validator, VoteInfo},
    types::BlockIdFlag,
};

use crate::{error::AppError, extension::LastCommit};

/// The precommits for the block before, with their extensions; other votes carry none.
pub(super) fn extended_commit(info: ExtendedCommitInfo) -> Result<ExtendedCommit, AppError> {
    let vote = |vote: ExtendedVoteInfo| ExtendedVote {
        validator: vote.validator.unwrap_or_default().address.into(),
        extension: vote.vote_extension.into(),
        signature: vote.extension_signature.into(),
    };
    let votes = info.votes.into_iter().filter(|vote| is_commit(vote.block_id_flag)).map(vote);
    Ok(ExtendedCommit { round: round(info.round)?, votes: votes.collect() })
}

/// Who signed the block before.
pub(super) fn last_commit(info: CommitInfo) -> Result<LastCommit, AppError> {
    let signer = |vote: &VoteInfo| {
        let Validator { address, .. } = vote.validator.clone().unwrap_or_default();
        self::address(&address)
    };
    let signed = info.votes.iter().filter(|vote| is_commit(vote.block_id_flag));
    let signers = signed.map(signer).collect::<Result<_, _>>()?;
    Ok(LastCommit { round: round(info.round)?, signers })
}

/// Everybody's part in the commit of the block before.
pub(super) fn votes(info: CommitInfo) -> Result<Vec<Vote>, AppError> {
    let vote = |vote: VoteInfo| {
        let Validator { address, power } = vote.validator.unwrap_or_default();
        let validator = self::address(&address)?;
        // One that votes for no block is there, too.
        let has_voted = vote.block_id_flag != BlockIdFlag::Absent as i32;
        Ok(Vote { validator, power: u64::try_from(power).unwrap_or(0), has_voted })
    };
    info.votes.into_iter().map(vote).collect()
}

/// The address of a validator, which consensus always gives whole.
pub(super) fn address(bytes: &[u8]) -> Result<ConsensusAddress, AppError> {
    ConsensusAddress::try_from(bytes).map_err(|error| AppError::Beacon(error.into()))
}

const fn is_commit(flag: i32) -> bool {
    flag == BlockIdFlag::Commit as i32
}

fn round(value: i32) -> Result<u32, AppError> {
    let out_of_range = |_| AppError::OutOfRange { field: "round", value: value.into() };
    u32::try_from(value).map_err(out_of_range)
}
