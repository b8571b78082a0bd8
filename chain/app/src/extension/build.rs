//! The proposer's part.

use stoa_modules::{Context, beacon};
use stoa_proto::beacon::v1::{ExtendedCommit, ExtendedVote};

use super::{Electorate, ExtensionError, commit, element};

/// The first element of the block of `ctx`, from the votes that consensus has.
///
/// CometBFT verifies extensions with the application while a height is being decided, and no longer for
/// votes that arrive after: those may hold anything of up to a mebibyte. They are left out.
pub(crate) fn build(ctx: &Context, mut votes: ExtendedCommit) -> Result<Vec<u8>, ExtensionError> {
    let electorate = Electorate::of(ctx)?;
    let place = commit::place(&ctx.block, votes.round);
    let is_good = |vote: &ExtendedVote| {
        let good = electorate.voter(place, vote, 0).and_then(|(validator, _)| {
            Ok(beacon::action::check(ctx, &validator, place.height, &vote.extension)?)
        });
        if let Err(error) = &good {
            tracing::info!(%error, height = place.height, "a vote is left out of the proposal");
        }
        good.is_ok()
    };
    votes.votes.retain(is_good);
    commit::check(ctx, &electorate, &votes)?;
    Ok(element::encode(&votes))
}
