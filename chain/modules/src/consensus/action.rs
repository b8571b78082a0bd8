//! `MsgUpdateParams` of `cosmos.consensus.v1`, for the authority alone.

use cosmos_sdk_proto::Any;
use prost::{Message as _, Name as _};

use super::{
    KEY, STORE, check, params,
    wire::{MsgUpdateParams, MsgUpdateParamsResponse},
};
use crate::{
    auth::{AccAddress, AuthError},
    authority,
    core::{Context, Event, ModuleError},
    router::{MessageResponse, RouteError},
};

/// The messages of this module; nothing for others.
pub fn execute_message(
    ctx: &mut Context,
    message: &Any,
) -> Option<Result<MessageResponse, ModuleError>> {
    (message.type_url == MsgUpdateParams::type_url()).then(|| update(ctx, message))
}

/// Who must sign a message of this module; nothing for others.
pub fn signers(message: &Any) -> Option<Result<Vec<AccAddress>, ModuleError>> {
    (message.type_url == MsgUpdateParams::type_url()).then(|| Ok(vec![signer(&read(message)?)?]))
}

fn read(message: &Any) -> Result<MsgUpdateParams, RouteError> {
    let malformed = |_| RouteError::Malformed { type_url: "/cosmos.consensus.v1.MsgUpdateParams" };
    MsgUpdateParams::decode(message.value.as_slice()).map_err(malformed)
}

fn signer(message: &MsgUpdateParams) -> Result<AccAddress, AuthError> {
    let refuse = |source| AuthError::InvalidAddress { field: "authority", source };
    message.authority.parse().map_err(refuse)
}

fn update(ctx: &mut Context, message: &Any) -> Result<MessageResponse, ModuleError> {
    let message = read(message)?;
    authority::require(ctx, &signer(&message)?)?;
    let after = check::updated(&params(ctx)?, &message, ctx.block.height)?;
    ctx.set(STORE, KEY, after.encode_to_vec())?;
    ctx.emit(Event::new("update_consensus_params").with("authority", message.authority));
    Ok(MessageResponse::new(&MsgUpdateParamsResponse {}))
}
