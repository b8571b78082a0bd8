//! Writes.

mod exec;
mod grant;
mod queue;
mod revoke;

use cosmos_sdk_proto::{
    Any,
    cosmos::authz::v1beta1::{MsgExec, MsgGrant, MsgRevoke},
};
use prost::{Message, Name};

pub(super) use grant::save;
pub use queue::remove_expired;

use super::state_key::Pair;
use crate::{
    auth::{AccAddress, AuthError},
    core::{Context, ModuleError},
    router::{MessageResponse, MessageRouter, RouteError},
};

/// The messages of this module; nothing for others.
pub fn execute_message(
    ctx: &mut Context,
    router: &dyn MessageRouter,
    message: &Any,
) -> Option<Result<MessageResponse, ModuleError>> {
    Some(match message.type_url.as_str() {
        url if url == MsgGrant::type_url() => {
            read(message).and_then(|message| grant::execute(ctx, router, message))
        }
        url if url == MsgRevoke::type_url() => {
            read(message).and_then(|message| revoke::execute(ctx, &message))
        }
        url if url == MsgExec::type_url() => {
            read(message).and_then(|message| exec::execute(ctx, router, &message))
        }
        _ => return None,
    })
}

/// Who must sign a message of this module; nothing for others.
pub fn signers(message: &Any) -> Option<Result<Vec<AccAddress>, ModuleError>> {
    let signer = match message.type_url.as_str() {
        url if url == MsgGrant::type_url() => {
            read(message).map(|message: MsgGrant| ("granter", message.granter))
        }
        url if url == MsgRevoke::type_url() => {
            read(message).map(|message: MsgRevoke| ("granter", message.granter))
        }
        url if url == MsgExec::type_url() => {
            read(message).map(|message: MsgExec| ("grantee", message.grantee))
        }
        _ => return None,
    };
    Some(signer.and_then(|(field, text)| Ok(vec![parse(field, &text)?])))
}

fn read<M: Message + Default>(message: &Any) -> Result<M, ModuleError> {
    let malformed = |_| RouteError::Malformed { type_url: "a message of cosmos.authz.v1beta1" };
    Ok(M::decode(message.value.as_slice()).map_err(malformed)?)
}

fn parse(field: &'static str, text: &str) -> Result<AccAddress, AuthError> {
    text.parse().map_err(|source| AuthError::InvalidAddress { field, source })
}

/// Both addresses of a message; refuses one who grants to itself.
fn pair(granter: &str, grantee: &str) -> Result<Pair, ModuleError> {
    if granter.to_lowercase() == grantee.to_lowercase() {
        return Err(super::AuthzError::SameAddress.into());
    }
    let grantee = parse("grantee", grantee)?;
    Ok(Pair { granter: parse("granter", granter)?, grantee })
}

#[cfg(test)]
mod tests;
