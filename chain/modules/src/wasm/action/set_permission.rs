//! `MsgUpdateInstantiateConfig`.

use prost::Message as _;

use crate::{
    Context,
    wasm::{
        error::WasmError, event, params, policy::Policy, state_key, state_key::STORE,
        types::SetPermission, view,
    },
};

/// Changes who may make contracts of a code: its creator may narrow the chain's default, the authority may
/// choose.
pub(in crate::wasm) fn set_permission(
    ctx: &mut Context,
    message: &SetPermission,
) -> Result<(), WasmError> {
    let SetPermission { sender, code_id, permission } = message;
    let mut info = view::code_or_refuse(ctx, *code_id)?;
    let default = view::params(ctx)?.instantiate_default_permission();
    let is_narrow = params::is_narrower(permission.permission(), default);
    if !Policy::of(ctx, sender)?.may_set_permission(sender, &info, is_narrow) {
        return Err(WasmError::Unauthorized { what: "can not modify code access config" });
    }
    info.instantiate_config = Some(permission.clone());
    ctx.set(STORE, &state_key::code(*code_id), info.encode_to_vec())?;
    ctx.emit(event::update_permission(*code_id, permission));
    Ok(())
}
