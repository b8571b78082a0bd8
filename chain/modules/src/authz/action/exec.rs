//! `MsgExec`.

use cosmos_sdk_proto::{
    Any,
    cosmos::authz::v1beta1::{MsgExec, MsgExecResponse},
};
use prost::Message as _;

use super::{parse_address, revoke};
use crate::{
    auth::AccAddress,
    authz::{
        AuthzError, MAX_EXEC_DEPTH, Pair, STORE, StoredGrant, authorization::Left, state_key, view,
    },
    core::{Context, ModuleError},
    router::{MessageResponse, MessageRouter},
};

pub(super) fn execute(
    ctx: &mut Context,
    router: &dyn MessageRouter,
    message: &MsgExec,
) -> Result<MessageResponse, ModuleError> {
    let grantee = parse_address("grantee", &message.grantee)?;
    if message.msgs.is_empty() {
        return Err(AuthzError::InvalidRequest { reason: "messages cannot be empty" }.into());
    }
    for (index, inner) in message.msgs.iter().enumerate() {
        router.check(inner).map_err(|error| misshapen(error, index))?;
    }
    let mut results = Vec::new();
    for (index, inner) in message.msgs.iter().enumerate() {
        let [granter] = <[AccAddress; 1]>::try_from(router.signers(inner)?)
            .map_err(|_| AuthzError::SignerCount)?;
        // Nobody needs leave for what is its own.
        if granter != grantee {
            take(ctx, &Pair { granter, grantee: grantee.clone() }, inner)?;
        }
        results.push(run(ctx, router, inner, index)?);
    }
    Ok(MessageResponse::new(&MsgExecResponse { results }))
}

/// Takes a message off what its granter allows; refuses it if that is not enough.
fn take(ctx: &mut Context, pair: &Pair, message: &Any) -> Result<(), ModuleError> {
    let type_url = message.type_url.as_str();
    let found = view::grant(ctx, pair, type_url)?;
    let StoredGrant { authorization, expiration } = found.ok_or_else(|| {
        let Pair { granter, grantee } = pair.clone();
        AuthzError::NotGranted { granter, grantee, type_url: type_url.to_owned() }
    })?;
    if expiration.is_some_and(|expiration| expiration < ctx.block.time()) {
        return Err(AuthzError::Expired.into());
    }
    match authorization.accept(ctx, message)? {
        Left::Unchanged => Ok(()),
        Left::Nothing => revoke::delete(ctx, pair, type_url),
        Left::Less(authorization) => {
            // The SDK looks again before it writes, and so does the gas.
            view::grant(ctx, pair, type_url)?;
            let grant = StoredGrant { authorization, expiration }.to_proto();
            ctx.set(STORE, &state_key::grant(pair, type_url), grant.encode_to_vec())
        }
    }
}

fn deeper(depth: u32) -> Result<u32, AuthzError> {
    if depth >= MAX_EXEC_DEPTH { Err(AuthzError::TooDeep) } else { Ok(depth.saturating_add(1)) }
}

/// Executes a message; its events say which of the messages they are of.
fn run(
    ctx: &mut Context,
    router: &dyn MessageRouter,
    message: &Any,
    index: usize,
) -> Result<Vec<u8>, ModuleError> {
    let mut inner = ctx.without_events();
    inner.nesting.exec_depth = deeper(ctx.nesting.exec_depth)?;
    let response = router.execute(&mut inner, message).map_err(|error| failed(error, message))?;
    let indexed = inner.events.into_iter();
    ctx.events.extend(indexed.map(|event| event.with("authz_msg_index", index.to_string())));
    Ok(response.bytes)
}

fn misshapen(error: ModuleError, index: usize) -> ModuleError {
    match error {
        ModuleError::Refused { codespace, code, message } => {
            ModuleError::Refused { codespace, code, message: format!("msg {index}: {message}") }
        }
        other => other,
    }
}

fn failed(error: ModuleError, inner: &Any) -> ModuleError {
    match error {
        ModuleError::Refused { codespace, code, message } => {
            let type_url = &inner.type_url;
            let message = format!("failed to execute message; message {type_url}: {message}");
            ModuleError::Refused { codespace, code, message }
        }
        other => other,
    }
}
