//! `MsgUpdateAdmin` and `MsgClearAdmin`.

use prost::Message as _;

use crate::{
    Context,
    auth::AccAddress,
    wasm::{
        error::WasmError, event, policy::Policy, state_key, state_key::STORE, types::SetAdmin, view,
    },
};

/// Changes or clears the admin of a contract.
pub(in crate::wasm) fn set_admin(ctx: &mut Context, message: &SetAdmin) -> Result<(), WasmError> {
    let unknown = WasmError::InvalidRequest { what: "unknown contract" };
    let mut info = view::contract(ctx, &message.contract)?.ok_or(unknown)?;
    if !Policy::of(ctx, &message.sender)?.may_modify(&message.sender, &info) {
        return Err(WasmError::Unauthorized { what: "can not modify contract" });
    }
    info.admin = message.new_admin.as_ref().map(AccAddress::to_string).unwrap_or_default();
    ctx.set(STORE, &state_key::contract(&message.contract), info.encode_to_vec())?;
    ctx.emit(event::update_admin(&message.contract, &info.admin));
    Ok(())
}
