//! Contributions enter the state.

use crate::{
    beacon::{Extension, STORE, state_key, view},
    core::{Context, ModuleError},
    validators::ConsensusAddress,
};

/// Takes in the extensions of the votes for the block before this one. The caller has checked who signed
/// them. What cannot be used is passed over: a validator hurts its own contribution alone.
pub fn fold<'a>(
    ctx: &Context,
    votes: impl IntoIterator<Item = (ConsensusAddress, &'a [u8])>,
) -> Result<(), ModuleError> {
    let window = view::params(ctx)?.window_blocks;
    for (validator, bytes) in votes {
        let Ok(extension) = Extension::decode(bytes) else { continue };
        let before = view::record(ctx, &validator)?;
        let Ok(after) = before.clone().after(&extension, ctx.block.height, window) else {
            continue;
        };
        if after != before {
            ctx.set(STORE, &state_key::contributor(&validator), after.to_stored())?;
        }
    }
    Ok(())
}
