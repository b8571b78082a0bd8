//! `MsgGrant`.

use cosmos_sdk_proto::{
    Any,
    cosmos::authz::v1beta1::{MsgGrant, MsgGrantResponse},
};
use prost::Message as _;

use super::{pair, queue};
use crate::{
    auth,
    authz::{Authorization, AuthzError, Pair, STORE, StoredGrant, event, state_key, view},
    core::{Context, ModuleError, Time},
    router::{MessageResponse, MessageRouter},
};

pub(super) fn execute(
    ctx: &mut Context,
    router: &dyn MessageRouter,
    message: MsgGrant,
) -> Result<MessageResponse, ModuleError> {
    let pair = pair(&message.granter, &message.grantee)?;
    let grant = message.grant.unwrap_or_default();
    let invalid = |reason: &str| AuthzError::InvalidType { reason: reason.to_owned() };
    let any = grant.authorization.ok_or_else(|| invalid("authorization is nil"))?;
    let authorization = Authorization::from_any(&any)?;
    authorization.check()?;
    let expiration = grant.expiration.map(Time::try_from).transpose();
    let expiration = expiration.map_err(|_| invalid("expiration is out of range"))?;
    if auth::account(ctx, &pair.grantee)?.is_none() {
        if auth::is_module_address(&pair.grantee) {
            return Err(AuthzError::Blocked { grantee: pair.grantee }.into());
        }
        auth::create_account(ctx, &pair.grantee)?;
    }
    let type_url = authorization.type_url();
    if !router.knows(&Any { type_url: type_url.clone(), value: Vec::new() }) {
        let type_url: String = type_url.chars().take(200).collect();
        return Err(invalid(&format!("{type_url} doesn't exist.")).into());
    }
    save(ctx, &pair, &StoredGrant { authorization, expiration })?;
    Ok(MessageResponse::new(&MsgGrantResponse {}))
}

/// Writes a grant over what was there for the same message.
pub(in crate::authz) fn save(
    ctx: &mut Context,
    pair: &Pair,
    grant: &StoredGrant,
) -> Result<(), ModuleError> {
    let now = ctx.block.time();
    if let Some(expiration) = grant.expiration.filter(|expiration| *expiration <= now) {
        let (now, expiration) = (now.to_rfc3339(), expiration.to_rfc3339());
        return Err(AuthzError::PastExpiration { now, expiration }.into());
    }
    let type_url = grant.authorization.type_url();
    let before = view::grant(ctx, pair, &type_url)?.and_then(|grant| grant.expiration);
    if before != grant.expiration {
        if let Some(before) = before {
            queue::remove(ctx, pair, &type_url, before)?;
        }
        if let Some(expiration) = grant.expiration {
            queue::insert(ctx, pair, &type_url, expiration)?;
        }
    }
    ctx.set(STORE, &state_key::grant(pair, &type_url), grant.to_proto().encode_to_vec())?;
    ctx.emit(event::granted(pair, &type_url));
    Ok(())
}
