//! Paying a fee from an allowance.

use super::{grant::save, revoke::revoke};
use crate::{
    auth::AccAddress,
    bank::Coins,
    core::{Context, ModuleError},
    feegrant::{
        FeegrantError,
        allowance::{Left, NotAccepted},
        event, view,
    },
};

/// Takes `fee` off what `granter` allows `grantee`, for a transaction of `messages` (type URLs). The money
/// itself is the caller's to move. On a refusal the caller drops the writes.
pub fn use_fees(
    ctx: &mut Context,
    granter: &AccAddress,
    grantee: &AccAddress,
    fee: &Coins,
    messages: &[&str],
) -> Result<(), ModuleError> {
    let found = view::allowance(ctx, granter, grantee)?;
    let mut allowance = found.ok_or(FeegrantError::NotFound)?;
    match allowance.accept(ctx, fee, messages) {
        Ok(Left::Something) => {
            ctx.emit(event::used(granter, grantee));
            // The SDK looks again before it writes, and so does the gas.
            view::allowance(ctx, granter, grantee)?;
            save(ctx, granter, grantee, &allowance)?;
            ctx.emit(event::updated(granter, grantee));
            Ok(())
        }
        Ok(Left::Nothing) => {
            revoke(ctx, granter, grantee)?;
            ctx.emit(event::used(granter, grantee));
            Ok(())
        }
        Err(NotAccepted::Over(error)) => {
            revoke(ctx, granter, grantee)?;
            Err(error.into())
        }
        Err(NotAccepted::Refused(error)) => Err(error),
    }
}
