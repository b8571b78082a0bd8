//! Writes.

mod grant;
mod remove_expired;
mod revoke;
mod use_fees;

use cosmos_sdk_proto::{
    Any,
    cosmos::feegrant::v1beta1::{
        MsgGrantAllowance, MsgPruneAllowances, MsgPruneAllowancesResponse, MsgRevokeAllowance,
    },
};

pub(super) use grant::grant;
pub use remove_expired::remove_expired;
pub use use_fees::use_fees;

use super::event;
use crate::{
    auth::{AccAddress, parse_address},
    core::{Context, ModuleError, is_of_type},
    router::{MessageResponse, read_message},
};

/// Expired allowances that one `MsgPruneAllowances` removes at most.
const MAX_PRUNED: usize = 75;

/// The messages of this module; nothing for others.
pub fn execute_message(
    ctx: &mut Context,
    message: &Any,
) -> Option<Result<MessageResponse, ModuleError>> {
    Some(match message.type_url.as_str() {
        url if is_of_type::<MsgGrantAllowance>(url) => {
            read_message(message).and_then(|message| grant::execute(ctx, &message))
        }
        url if is_of_type::<MsgRevokeAllowance>(url) => {
            read_message(message).and_then(|message| revoke::execute(ctx, &message))
        }
        url if is_of_type::<MsgPruneAllowances>(url) => {
            read_message(message).and_then(|message| prune(ctx, &message))
        }
        _ => return None,
    })
}

/// Who must sign a message of this module; nothing for others.
pub fn signers(message: &Any) -> Option<Result<Vec<AccAddress>, ModuleError>> {
    let signer = match message.type_url.as_str() {
        url if is_of_type::<MsgGrantAllowance>(url) => {
            read_message(message).map(|message: MsgGrantAllowance| ("granter", message.granter))
        }
        url if is_of_type::<MsgRevokeAllowance>(url) => {
            read_message(message).map(|message: MsgRevokeAllowance| ("granter", message.granter))
        }
        url if is_of_type::<MsgPruneAllowances>(url) => {
            read_message(message).map(|message: MsgPruneAllowances| ("pruner", message.pruner))
        }
        _ => return None,
    };
    Some(signer.and_then(|(field, text)| Ok(vec![parse_address(field, &text)?])))
}

fn prune(ctx: &mut Context, message: &MsgPruneAllowances) -> Result<MessageResponse, ModuleError> {
    remove_expired(ctx, MAX_PRUNED)?;
    ctx.emit(event::pruned(&message.pruner));
    Ok(MessageResponse::new(&MsgPruneAllowancesResponse {}))
}

#[cfg(test)]
mod tests;
