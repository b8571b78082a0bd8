//! `MsgRevokeAllowance`.

use cosmos_sdk_proto::cosmos::feegrant::v1beta1::{MsgRevokeAllowance, MsgRevokeAllowanceResponse};

use super::parse_address;
use crate::{
    auth::AccAddress,
    core::{Context, ModuleError},
    feegrant::{FeegrantError, STORE, event, state_key, view},
    router::MessageResponse,
};

pub(super) fn execute(
    ctx: &mut Context,
    message: &MsgRevokeAllowance,
) -> Result<MessageResponse, ModuleError> {
    if message.grantee == message.granter {
        let reason = "addresses must be different";
        return Err(FeegrantError::SameAddress { reason }.into());
    }
    let grantee = parse_address("grantee", &message.grantee)?;
    let granter = parse_address("granter", &message.granter)?;
    revoke(ctx, &granter, &grantee)?;
    Ok(MessageResponse::new(&MsgRevokeAllowanceResponse {}))
}

/// Removes an allowance and its place in the queue.
pub(super) fn revoke(
    ctx: &mut Context,
    granter: &AccAddress,
    grantee: &AccAddress,
) -> Result<(), ModuleError> {
    let allowance = view::allowance(ctx, granter, grantee)?.ok_or(FeegrantError::NotFound)?;
    ctx.delete(STORE, &state_key::allowance(granter, grantee))?;
    if let Some(expiration) = allowance.expiration() {
        ctx.delete(STORE, &state_key::expiry(expiration, granter, grantee))?;
    }
    ctx.emit(event::revoked(granter, grantee));
    Ok(())
}
