//! `MsgGrantPrivilege`, `MsgRevokePrivilege`, `MsgSetAuthority`: the authority's own.

use cosmos_sdk_proto::Any;
use stoa_proto::privilege::v1::{
    MsgGrantPrivilege, MsgGrantPrivilegeResponse, MsgRevokePrivilege, MsgRevokePrivilegeResponse,
    MsgSetAuthority, MsgSetAuthorityResponse, Record,
};

use super::{Host, parse_address, read_message};
use crate::{
    authority,
    core::{Context, Event, ModuleError},
    privilege::{Grant, MAX_CALLED_GAS, MAX_GRANTS, PrivilegeError, STORE, state_key, view},
    router::MessageResponse,
};

pub(super) fn grant_privilege(
    ctx: &mut Context,
    host: &dyn Host,
    message: &Any,
) -> Result<MessageResponse, ModuleError> {
    let message: MsgGrantPrivilege = read_message(message)?;
    authority::require(ctx, &parse_address("authority", &message.authority)?)?;
    let wanted = Grant::from_proto(message.grant.as_ref())?;
    if !host.is_contract(ctx, &wanted.contract)? {
        return Err(PrivilegeError::NotAContract { address: wanted.contract }.into());
    }
    grant(ctx, &wanted, false)?;
    Ok(MessageResponse::new(&MsgGrantPrivilegeResponse {}))
}

/// Writes a grant within the bounds of the chain. One that is replaced keeps its position.
pub(in crate::privilege) fn grant(
    ctx: &mut Context,
    wanted: &Grant,
    is_suspended: bool,
) -> Result<(), ModuleError> {
    let Grant { contract, privilege, .. } = wanted;
    let position = match view::record(ctx, *privilege, contract)? {
        Some(record) => record.position,
        None => next_position(ctx)?,
    };
    let grant = Some(wanted.to_proto());
    let record = Record { grant, position, is_suspended, ..Record::default() };
    view::save(ctx, *privilege, contract, &record)?;
    let records = view::records(ctx)?;
    let count = u64::try_from(records.len()).unwrap_or(u64::MAX);
    let most = u64::try_from(MAX_GRANTS).unwrap_or(u64::MAX);
    within("the number of grants", count, most)?;
    if wanted.is_called() {
        within("gas of calls in a block", view::called_gas(&records), MAX_CALLED_GAS)?;
    }
    let event = Event::new("grant_privilege")
        .with("contract", contract.to_string())
        .with("privilege", privilege.as_str_name())
        .with("block_gas", wanted.block_gas.to_string());
    ctx.emit(event);
    Ok(())
}

fn next_position(ctx: &Context) -> Result<u64, ModuleError> {
    let stored = ctx.get(STORE, state_key::NEXT_POSITION)?;
    let position = match stored.as_deref().map(<[u8; 8]>::try_from) {
        None => 0,
        Some(Ok(bytes)) => u64::from_be_bytes(bytes),
        Some(Err(_)) => return Err(PrivilegeError::Corrupt.into()),
    };
    let next = position.saturating_add(1).to_be_bytes().to_vec();
    ctx.set(STORE, state_key::NEXT_POSITION, next)?;
    Ok(position)
}

fn within(what: &'static str, actual: u64, limit: u64) -> Result<(), PrivilegeError> {
    if actual <= limit { Ok(()) } else { Err(PrivilegeError::Limit { what, actual, limit }) }
}

pub(super) fn revoke_privilege(
    ctx: &mut Context,
    message: &Any,
) -> Result<MessageResponse, ModuleError> {
    let message: MsgRevokePrivilege = read_message(message)?;
    authority::require(ctx, &parse_address("authority", &message.authority)?)?;
    let (contract, privilege) =
        (parse_address("contract", &message.contract)?, message.privilege());
    if view::record(ctx, privilege, &contract)?.is_none() {
        let privilege = privilege.as_str_name();
        return Err(PrivilegeError::NotGranted { contract, privilege }.into());
    }
    ctx.delete(STORE, &state_key::record(privilege, &contract))?;
    let event = Event::new("revoke_privilege")
        .with("contract", contract.to_string())
        .with("privilege", privilege.as_str_name());
    ctx.emit(event);
    Ok(MessageResponse::new(&MsgRevokePrivilegeResponse {}))
}

pub(super) fn set_authority(
    ctx: &mut Context,
    message: &Any,
) -> Result<MessageResponse, ModuleError> {
    let message: MsgSetAuthority = read_message(message)?;
    authority::require(ctx, &parse_address("authority", &message.authority)?)?;
    let new = parse_address("new authority", &message.new_authority)?;
    authority::set(ctx, &new)?;
    let event = Event::new("set_authority")
        .with("old_authority", message.authority)
        .with("new_authority", new.to_string());
    ctx.emit(event);
    Ok(MessageResponse::new(&MsgSetAuthorityResponse {}))
}
