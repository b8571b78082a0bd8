//! `MsgUpdateParams` of `cosmos.consensus.v1`, for the authority alone.

use cosmos_sdk_proto::Any;
use prost::Message as _;

use super::{
    KEY, STORE, check, params,
    wire::{MsgUpdateParams, MsgUpdateParamsResponse},
};
use crate::{
    auth::{AccAddress, AuthError, parse_address},
    authority,
    core::{Context, Event, ModuleError, is_of_type},
    router::{MessageResponse, read_message},
};

/// The messages of this module; nothing for others.
pub fn execute_message(
    ctx: &mut Context,
    message: &Any,
) -> Option<Result<MessageResponse, ModuleError>> {
    is_of_type::<MsgUpdateParams>(&message.type_url).then(|| update(ctx, message))
}

/// Who must sign a message of this module; nothing for others.
pub fn signers(message: &Any) -> Option<Result<Vec<AccAddress>, ModuleError>> {
    is_of_type::<MsgUpdateParams>(&message.type_url)
        .then(|| Ok(vec![signer(&read_message(message)?)?]))
}

fn signer(message: &MsgUpdateParams) -> Result<AccAddress, AuthError> {
    parse_address("authority", &message.authority)
}

fn update(ctx: &mut Context, message: &Any) -> Result<MessageResponse, ModuleError> {
    let message = read_message(message)?;
    authority::require(ctx, &signer(&message)?)?;
    let after = check::updated(&params(ctx)?, &message, ctx.block.height)?;
    ctx.set(STORE, KEY, after.encode_to_vec())?;
    ctx.emit(Event::new("update_consensus_params").with("authority", message.authority));
    Ok(MessageResponse::new(&MsgUpdateParamsResponse {}))
}
