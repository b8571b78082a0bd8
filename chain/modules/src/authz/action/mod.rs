//! Writes.

mod exec;
mod grant;
mod queue;
mod revoke;

use cosmos_sdk_proto::{
    Any,
    cosmos::authz::v1beta1::{MsgExec, MsgGrant, MsgRevoke},
};

pub(super) use grant::save;
pub use queue::remove_expired;

use super::state_key::Pair;
use crate::{
    auth::{AccAddress, parse_address},
    core::{Context, ModuleError, is_of_type},
    router::{MessageResponse, MessageRouter, read_message},
};

/// The messages of this module; nothing for others.
pub fn execute_message(
    ctx: &mut Context,
    router: &dyn MessageRouter,
    message: &Any,
) -> Option<Result<MessageResponse, ModuleError>> {
    Some(match message.type_url.as_str() {
        url if is_of_type::<MsgGrant>(url) => {
            read_message(message).and_then(|message| grant::execute(ctx, router, message))
        }
        url if is_of_type::<MsgRevoke>(url) => {
            read_message(message).and_then(|message| revoke::execute(ctx, &message))
        }
        url if is_of_type::<MsgExec>(url) => {
            read_message(message).and_then(|message| exec::execute(ctx, router, &message))
        }
        _ => return None,
    })
}

/// Who must sign a message of this module; nothing for others.
pub fn signers(message: &Any) -> Option<Result<Vec<AccAddress>, ModuleError>> {
    let signer = match message.type_url.as_str() {
        url if is_of_type::<MsgGrant>(url) => {
            read_message(message).map(|message: MsgGrant| ("granter", message.granter))
        }
        url if is_of_type::<MsgRevoke>(url) => {
            read_message(message).map(|message: MsgRevoke| ("granter", message.granter))
        }
        url if is_of_type::<MsgExec>(url) => {
            read_message(message).map(|message: MsgExec| ("grantee", message.grantee))
        }
        _ => return None,
    };
    Some(signer.and_then(|(field, text)| Ok(vec![parse_address(field, &text)?])))
}

/// Both addresses of a message; refuses one who grants to itself.
fn pair(granter: &str, grantee: &str) -> Result<Pair, ModuleError> {
    if granter.to_lowercase() == grantee.to_lowercase() {
        return Err(super::AuthzError::SameAddress.into());
    }
    let grantee = parse_address("grantee", grantee)?;
    Ok(Pair { granter: parse_address("granter", granter)?, grantee })
}

#[cfg(test)]
mod tests;
