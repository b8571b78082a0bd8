//! `MsgGrantAllowance`.

use cosmos_sdk_proto::cosmos::feegrant::v1beta1::{
    Grant, MsgGrantAllowance, MsgGrantAllowanceResponse,
};
use prost::Message as _;

use super::parse_address;
use crate::{
    auth::{self, AccAddress},
    core::{Context, ModuleError},
    feegrant::{Allowance, FeegrantError, STORE, event, state_key, view},
    router::MessageResponse,
};

pub(super) fn execute(
    ctx: &mut Context,
    message: &MsgGrantAllowance,
) -> Result<MessageResponse, ModuleError> {
    if message.grantee.to_lowercase() == message.granter.to_lowercase() {
        let reason = "cannot self-grant fee authorization";
        return Err(FeegrantError::SameAddress { reason }.into());
    }
    let grantee = parse_address("grantee", &message.grantee)?;
    let granter = parse_address("granter", &message.granter)?;
    if view::allowance(ctx, &granter, &grantee)?.is_some() {
        return Err(FeegrantError::Exists.into());
    }
    let reason = "allowance should not be empty";
    let any = message.allowance.as_ref().ok_or(FeegrantError::NoAllowance { reason })?;
    let allowance = Allowance::from_any(any)?;
    allowance.check()?;
    grant(ctx, &granter, &grantee, &allowance)?;
    Ok(MessageResponse::new(&MsgGrantAllowanceResponse {}))
}

/// Writes a new allowance; a grantee without an account gets one.
pub(in crate::feegrant) fn grant(
    ctx: &mut Context,
    granter: &AccAddress,
    grantee: &AccAddress,
    allowance: &Allowance,
) -> Result<(), ModuleError> {
    if view::allowance(ctx, granter, grantee)?.is_some() {
        return Err(FeegrantError::Exists.into());
    }
    if auth::account(ctx, grantee)?.is_none() {
        if auth::is_module_address(grantee) {
            return Err(FeegrantError::Blocked { grantee: grantee.clone() }.into());
        }
        auth::create_account(ctx, grantee)?;
    }
    if let Some(expiration) = allowance.expiration() {
        if expiration < ctx.block.time() {
            return Err(FeegrantError::PastExpiration.into());
        }
        ctx.set(STORE, &state_key::expiry(expiration, granter, grantee), Vec::new())?;
    }
    save(ctx, granter, grantee, allowance)?;
    ctx.emit(event::set(granter, grantee));
    Ok(())
}

/// Stores an allowance over what was there.
pub(super) fn save(
    ctx: &Context,
    granter: &AccAddress,
    grantee: &AccAddress,
    allowance: &Allowance,
) -> Result<(), ModuleError> {
    let grant = Grant {
        granter: granter.to_string(),
        grantee: grantee.to_string(),
        allowance: Some(allowance.to_any()),
    };
    ctx.set(STORE, &state_key::allowance(granter, grantee), grant.encode_to_vec())
}
