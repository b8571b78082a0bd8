//! `MsgRevoke`.

use cosmos_sdk_proto::cosmos::authz::v1beta1::{MsgRevoke, MsgRevokeResponse};

use super::{pair, queue};
use crate::{
    authz::{AuthzError, Pair, STORE, event, state_key, view},
    core::{Context, ModuleError},
    router::MessageResponse,
};

pub(super) fn execute(
    ctx: &mut Context,
    message: &MsgRevoke,
) -> Result<MessageResponse, ModuleError> {
    let pair = pair(&message.granter, &message.grantee)?;
    if message.msg_type_url.is_empty() {
        return Err(AuthzError::InvalidRequest { reason: "missing msg method name" }.into());
    }
    delete(ctx, &pair, &message.msg_type_url)?;
    Ok(MessageResponse::new(&MsgRevokeResponse {}))
}

/// Removes a grant and its place in the queue.
pub(super) fn delete(ctx: &mut Context, pair: &Pair, type_url: &str) -> Result<(), ModuleError> {
    let missing = || {
        let type_url: String = type_url.chars().take(200).collect();
        AuthzError::NotFound { what: format!("failed to delete grant for {type_url}") }
    };
    let grant = view::grant(ctx, pair, type_url)?.ok_or_else(missing)?;
    if let Some(expiration) = grant.expiration {
        queue::remove(ctx, pair, type_url, expiration)?;
    }
    ctx.delete(STORE, &state_key::grant(pair, type_url))?;
    ctx.emit(event::revoked(pair, type_url));
    Ok(())
}
