//! The votes in a decided block enter the state.

use stoa_modules::{BlockInfo, Context, ExecMode, GasMeter, beacon};
use stoa_store::Overlay;

use crate::{
    block::{TxResult, context},
    error::{AppError, Refusal},
    extension::{self, Electorate, ExtensionError},
};

/// Folds the first element of `block` into the beacon and fixes the value that is due. A node that
/// replays blocks was never asked whether it accepts them, so everything is checked here too; an element
/// that should not have been decided adds nothing, is answered with an error, and stops nobody.
pub(crate) fn fold_votes(
    overlay: &Overlay,
    block: &BlockInfo,
    element: &[u8],
) -> Result<TxResult, AppError> {
    let gas = GasMeter::unlimited();
    let mut ctx = context(block.clone(), ExecMode::Deliver, gas, overlay.clone());
    let result = match fold(&ctx, element) {
        Ok(()) => TxResult::default(),
        Err(error) => {
            let error = error.or_halt()?;
            tracing::error!(%error, height = block.height, "a block was decided with bad votes");
            TxResult::refused(Refusal::from(&error), 0, 0)
        }
    };
    beacon::action::fix(&mut ctx).map_err(AppError::Beacon)?;
    Ok(TxResult { events: ctx.events, ..result })
}

fn fold(ctx: &Context, element: &[u8]) -> Result<(), ExtensionError> {
    let electorate = Electorate::of(ctx)?;
    let commit = extension::decode(element, electorate.len())?;
    let votes = extension::check(ctx, &electorate, &commit)?;
    Ok(beacon::action::fold(ctx, votes)?)
}
