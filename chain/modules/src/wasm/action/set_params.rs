//! `MsgUpdateParams`, `MsgAddCodeUploadParamsAddresses`, `MsgRemoveCodeUploadParamsAddresses`.

use prost::Message as _;
use stoa_proto::cosmwasm::wasm::v1::{AccessType, Params};

use crate::{
    Context,
    wasm::{error::WasmError, state_key, state_key::STORE, view},
};

/// Writes checked parameters.
pub(in crate::wasm) fn set_params(ctx: &Context, params: &Params) -> Result<(), WasmError> {
    Ok(ctx.set(STORE, state_key::PARAMS, params.encode_to_vec())?)
}

/// Lets more accounts store code; those that may already are skipped.
pub(in crate::wasm) fn add_uploaders(ctx: &Context, added: &[String]) -> Result<(), WasmError> {
    change_uploaders(ctx, |addresses| {
        for address in added {
            if !addresses.contains(address) {
                addresses.push(address.clone());
            }
        }
    })
}

/// Lets fewer accounts store code; those that may not are skipped.
pub(in crate::wasm) fn remove_uploaders(
    ctx: &Context,
    removed: &[String],
) -> Result<(), WasmError> {
    change_uploaders(ctx, |addresses| addresses.retain(|address| !removed.contains(address)))
}

/// There is a list only where listed accounts may store code.
fn change_uploaders(ctx: &Context, change: impl FnOnce(&mut Vec<String>)) -> Result<(), WasmError> {
    let mut params = view::params(ctx)?;
    match &mut params.code_upload_access {
        Some(upload) if upload.permission() == AccessType::AnyOfAddresses => {
            change(&mut upload.addresses);
        }
        _ => return Err(WasmError::Invalid { what: "permission" }),
    }
    set_params(ctx, &params)
}
