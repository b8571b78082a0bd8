//! Votes against the validators in the state.

use std::collections::{BTreeMap, BTreeSet};

use stoa_modules::{
    BlockInfo, Context, ModuleError,
    validators::{self, ConsensusAddress, Validator},
};
use stoa_proto::beacon::v1::{ExtendedCommit, ExtendedVote};

use super::{
    ExtensionError,
    vote::{VotePlace, is_signed},
};

/// The validators by address.
pub(crate) struct Electorate {
    validators: BTreeMap<ConsensusAddress, Validator>,
    total: u64,
}

impl Electorate {
    /// Those who vote on the block before the one of `ctx`: a change of the set counts two blocks later.
    pub(crate) fn of(ctx: &Context) -> Result<Self, ModuleError> {
        let all = validators::at(ctx, ctx.block.height.saturating_sub(1))?;
        let total = all.iter().fold(0u64, |sum, validator| sum.saturating_add(validator.power));
        let validators =
            all.into_iter().map(|validator| (validator.address(), validator)).collect();
        Ok(Self { validators, total })
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.validators.len()
    }

    /// Voter and power of vote number `position`, if its signature is good.
    pub(super) fn voter(
        &self,
        place: VotePlace<'_>,
        vote: &ExtendedVote,
        position: usize,
    ) -> Result<(ConsensusAddress, u64), ExtensionError> {
        let stranger = || ExtensionError::Stranger { position };
        let address =
            ConsensusAddress::try_from(vote.validator.as_slice()).map_err(|_| stranger())?;
        let validator = self.validators.get(&address).ok_or_else(stranger)?;
        if is_signed(validator, place, &vote.extension, &vote.signature) {
            Ok((address, validator.power))
        } else {
            Err(ExtensionError::Signature { validator: address })
        }
    }
}

/// What the votes in block `block` are signed for.
pub(super) fn place(block: &BlockInfo, round: u32) -> VotePlace<'_> {
    VotePlace { chain_id: &block.chain_id, height: block.height.saturating_sub(1), round }
}

/// Checks the votes in the block of `ctx` by themselves: each of another validator and signed by it for
/// the height before, together more than two thirds of the power. Returns the extensions by voter.
pub(crate) fn check<'a>(
    ctx: &Context,
    electorate: &Electorate,
    commit: &'a ExtendedCommit,
) -> Result<Vec<(ConsensusAddress, &'a [u8])>, ExtensionError> {
    let place = place(&ctx.block, commit.round);
    let (mut seen, mut votes, mut power) = (BTreeSet::new(), Vec::new(), 0u64);
    for (position, vote) in commit.votes.iter().enumerate() {
        let (validator, weight) = electorate.voter(place, vote, position)?;
        if !seen.insert(validator) {
            return Err(ExtensionError::Duplicate { validator });
        }
        power = power.saturating_add(weight);
        votes.push((validator, vote.extension.as_slice()));
    }
    let total = electorate.total;
    if u128::from(power) * 3 <= u128::from(total) * 2 {
        return Err(ExtensionError::Power { power, total });
    }
    Ok(votes)
}
