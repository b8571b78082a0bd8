//! Money that is sent along with a call.

use crate::{
    Context, ModuleError,
    auth::AccAddress,
    bank::{self, Coins},
    wasm::event,
};

/// Moves the funds of a call, under the rules of a send. Its `message` event is not emitted.
pub(super) fn move_funds(
    ctx: &mut Context,
    from: &AccAddress,
    to: &AccAddress,
    funds: &Coins,
) -> Result<(), ModuleError> {
    let before = ctx.events.len();
    bank::transfer(ctx, from, to, funds)?;
    let mut emitted = ctx.events.split_off(before);
    event::without_message_events(&mut emitted);
    ctx.events.extend(emitted);
    Ok(())
}
