//! Messages.

mod govern;
mod money;
mod set_params;
mod update_validators;
mod upgrade;
mod within_budget;

use cosmos_sdk_proto::Any;
use prost::{Message, Name};
use stoa_proto::privilege::v1::{
    MsgBurn, MsgCancelScheduledUpgrade, MsgGrantPrivilege, MsgMint, MsgRevokePrivilege,
    MsgScheduleUpgrade, MsgSetAuthority, MsgSetParams, MsgUpdateValidators,
};

pub(super) use govern::grant;

use crate::{
    auth::{AccAddress, parse_address},
    core::{Context, ModuleError},
    router::{MessageResponse, MessageRouter, read_message},
};

/// What this module needs of the rest of the chain.
pub trait Host: MessageRouter {
    /// Whether there is a contract at `address`.
    fn is_contract(&self, ctx: &Context, address: &AccAddress) -> Result<bool, ModuleError>;
}

/// Package of this module's messages.
const PACKAGE: &str = "/stoa.privilege.v1.";

/// The messages of this module; nothing for others.
pub fn execute_message(
    ctx: &mut Context,
    host: &dyn Host,
    message: &Any,
) -> Option<Result<MessageResponse, ModuleError>> {
    Some(match message.type_url.strip_prefix(PACKAGE)? {
        "MsgGrantPrivilege" => govern::grant_privilege(ctx, host, message),
        "MsgRevokePrivilege" => govern::revoke_privilege(ctx, message),
        "MsgSetAuthority" => govern::set_authority(ctx, message),
        "MsgMint" => money::mint(ctx, message),
        "MsgBurn" => money::burn(ctx, message),
        "MsgSetParams" => set_params::execute(ctx, host, message),
        "MsgUpdateValidators" => update_validators::execute(ctx, message),
        "MsgScheduleUpgrade" => upgrade::schedule(ctx, message),
        "MsgCancelScheduledUpgrade" => upgrade::cancel(ctx, message),
        _ => return None,
    })
}

/// Who must sign a message of this module; nothing for others.
pub fn signers(message: &Any) -> Option<Result<Vec<AccAddress>, ModuleError>> {
    let signer = match message.type_url.strip_prefix(PACKAGE)? {
        "MsgGrantPrivilege" => signer(message, |it: MsgGrantPrivilege| it.authority),
        "MsgRevokePrivilege" => signer(message, |it: MsgRevokePrivilege| it.authority),
        "MsgSetAuthority" => signer(message, |it: MsgSetAuthority| it.authority),
        "MsgMint" => signer(message, |it: MsgMint| it.sender),
        "MsgBurn" => signer(message, |it: MsgBurn| it.sender),
        "MsgSetParams" => signer(message, |it: MsgSetParams| it.sender),
        "MsgUpdateValidators" => signer(message, |it: MsgUpdateValidators| it.sender),
        "MsgScheduleUpgrade" => signer(message, |it: MsgScheduleUpgrade| it.sender),
        "MsgCancelScheduledUpgrade" => signer(message, |it: MsgCancelScheduledUpgrade| it.sender),
        _ => return None,
    };
    Some(signer.map(|signer| vec![signer]))
}

fn signer<M: Message + Name + Default>(
    message: &Any,
    field: impl FnOnce(M) -> String,
) -> Result<AccAddress, ModuleError> {
    Ok(parse_address("signer", &field(read_message(message)?))?)
}

#[cfg(test)]
mod tests;
