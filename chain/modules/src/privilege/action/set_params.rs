//! `MsgSetParams`.

use cosmos_sdk_proto::Any;
use stoa_proto::privilege::v1::{MsgSetParams, MsgSetParamsResponse};

use super::{Host, parse_address, read_message, within_budget::within_budget};
use crate::{
    authority,
    core::{Context, ModuleError},
    privilege::{Privilege, PrivilegeError},
    router::MessageResponse,
};

/// The messages of the authority that set parameters and do nothing else.
const PARAMS_MESSAGES: &[&str] = &[
    "/cosmos.auth.v1beta1.MsgUpdateParams",
    "/cosmos.bank.v1beta1.MsgSetSendEnabled",
    "/cosmos.bank.v1beta1.MsgUpdateParams",
    "/cosmos.consensus.v1.MsgUpdateParams",
    "/cosmos.slashing.v1beta1.MsgUpdateParams",
    "/cosmwasm.wasm.v1.MsgUpdateParams",
];

pub(super) fn execute(
    ctx: &mut Context,
    host: &dyn Host,
    message: &Any,
) -> Result<MessageResponse, ModuleError> {
    let MsgSetParams { sender, type_url, value } = read_message(message)?;
    let sender = parse_address("sender", &sender)?;
    within_budget(ctx, Privilege::Params, &sender, |ctx, _| {
        let inner = Any { type_url, value };
        let is_allowed = PARAMS_MESSAGES.contains(&inner.type_url.as_str());
        if !is_allowed || host.signers(&inner)? != [authority::address(ctx)?] {
            return Err(PrivilegeError::NotParams { type_url: inner.type_url }.into());
        }
        host.check(&inner)?;
        host.execute(ctx, &inner)
    })?;
    Ok(MessageResponse::new(&MsgSetParamsResponse {}))
}
