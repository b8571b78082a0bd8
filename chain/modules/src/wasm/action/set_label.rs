//! `MsgUpdateContractLabel`.

use prost::Message as _;

use crate::{
    Context,
    wasm::{
        error::WasmError, event, policy::Policy, state_key, state_key::STORE, types::SetLabel, view,
    },
};

/// Renames a contract.
pub(in crate::wasm) fn set_label(ctx: &mut Context, message: &SetLabel) -> Result<(), WasmError> {
    let unknown = WasmError::InvalidRequest { what: "unknown contract" };
    let mut info = view::contract(ctx, &message.contract)?.ok_or(unknown)?;
    if !Policy::of(ctx, &message.sender)?.may_modify(&message.sender, &info) {
        return Err(WasmError::Unauthorized { what: "can not modify contract" });
    }
    info.label.clone_from(&message.label);
    ctx.set(STORE, &state_key::contract(&message.contract), info.encode_to_vec())?;
    ctx.emit(event::update_label(&message.contract, &info.label));
    Ok(())
}
