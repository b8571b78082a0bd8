//! Messages of the authority of the chain.

use std::collections::BTreeSet;

use stoa_proto::cosmwasm::wasm::v1::{
    MsgAddCodeUploadParamsAddresses, MsgPinCodes, MsgRemoveCodeUploadParamsAddresses,
    MsgSudoContract, MsgUnpinCodes, MsgUpdateParams,
};

use super::{
    Govern, MAX_PINNED_AT_ONCE, Order, WasmMessage,
    check::{address, check_json},
};
use crate::wasm::{
    error::WasmError,
    params::{check_addresses, check_params},
};

pub(super) fn sudo(message: MsgSudoContract) -> Result<WasmMessage, WasmError> {
    let authority = address("authority", &message.authority)?;
    let contract = address("contract", &message.contract)?;
    check_json(&message.msg)?;
    let order = Order::Sudo { contract, message: message.msg };
    Ok(WasmMessage::Govern(Govern { authority, order }))
}

pub(super) fn pin(message: MsgPinCodes) -> Result<WasmMessage, WasmError> {
    let authority = address("authority", &message.authority)?;
    check_code_ids(&message.code_ids)?;
    let order = Order::Pin { code_ids: message.code_ids };
    Ok(WasmMessage::Govern(Govern { authority, order }))
}

pub(super) fn unpin(message: MsgUnpinCodes) -> Result<WasmMessage, WasmError> {
    let authority = address("authority", &message.authority)?;
    check_code_ids(&message.code_ids)?;
    let order = Order::Unpin { code_ids: message.code_ids };
    Ok(WasmMessage::Govern(Govern { authority, order }))
}

pub(super) fn update_params(message: MsgUpdateParams) -> Result<WasmMessage, WasmError> {
    let authority = address("authority", &message.authority)?;
    let params = message.params.unwrap_or_default();
    check_params(&params)?;
    Ok(WasmMessage::Govern(Govern { authority, order: Order::SetParams { params } }))
}

pub(super) fn add_uploaders(
    message: MsgAddCodeUploadParamsAddresses,
) -> Result<WasmMessage, WasmError> {
    let authority = address("authority", &message.authority)?;
    check_addresses(&message.addresses)?;
    let order = Order::AddUploaders { addresses: message.addresses };
    Ok(WasmMessage::Govern(Govern { authority, order }))
}

pub(super) fn remove_uploaders(
    message: MsgRemoveCodeUploadParamsAddresses,
) -> Result<WasmMessage, WasmError> {
    let authority = address("authority", &message.authority)?;
    check_addresses(&message.addresses)?;
    let order = Order::RemoveUploaders { addresses: message.addresses };
    Ok(WasmMessage::Govern(Govern { authority, order }))
}

/// Refuses an empty, a long and a doubled list.
fn check_code_ids(code_ids: &[u64]) -> Result<(), WasmError> {
    if code_ids.is_empty() {
        return Err(WasmError::InvalidRequest { what: "empty code ids" });
    }
    if code_ids.len() > MAX_PINNED_AT_ONCE {
        let what = "total number of code ids is greater than 50";
        return Err(WasmError::InvalidRequest { what });
    }
    let mut seen = BTreeSet::new();
    if code_ids.iter().all(|code_id| seen.insert(code_id)) {
        Ok(())
    } else {
        Err(WasmError::InvalidRequest { what: "duplicate code ids" })
    }
}
