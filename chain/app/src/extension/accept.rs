//! The other validators' part.

use stoa_modules::{Context, beacon};

use super::{Electorate, ExtensionError, LastCommit, check, decode};

/// Whether `bytes` are what an honest proposer of the block of `ctx` would begin it with: besides what
/// every block is checked for, the votes are among those of the block's own commit, in its order and of
/// its round, and hold nothing that the beacon refuses.
pub(crate) fn accept(
    ctx: &Context,
    bytes: &[u8],
    last_commit: &LastCommit,
) -> Result<(), ExtensionError> {
    let electorate = Electorate::of(ctx)?;
    let commit = decode(bytes, electorate.len())?;
    let (expected, actual) = (last_commit.round, commit.round);
    if expected != actual {
        return Err(ExtensionError::Round { expected, actual });
    }
    let mut signers = last_commit.signers.iter();
    for (validator, extension) in check(ctx, &electorate, &commit)? {
        if !signers.any(|signer| *signer == validator) {
            return Err(ExtensionError::NotInCommit { validator });
        }
        beacon::action::check(ctx, &validator, ctx.block.height.saturating_sub(1), extension)?;
    }
    Ok(())
}
