//! Messages about codes.

use stoa_proto::cosmwasm::wasm::v1::{
    AccessConfig, MsgStoreAndInstantiateContract, MsgStoreAndMigrateContract, MsgStoreCode,
    MsgUpdateInstantiateConfig,
};

use super::{
    AddressRule, Instantiate, Migrate, SetPermission, StoreCode, WasmMessage,
    check::{address, check_code, check_code_id, check_json, funds, optional_address},
};
use crate::wasm::{error::WasmError, label::check_label, params::check_permission};

/// Stands for the number that a code will get when it is stored.
const NOT_STORED_YET: u64 = 0;

pub(super) fn store(message: MsgStoreCode) -> Result<WasmMessage, WasmError> {
    let sender = address("sender", &message.sender)?;
    let (code, permission) = (message.wasm_byte_code, message.instantiate_permission);
    check_code(&code)?;
    check_instantiate_permission(permission.as_ref())?;
    Ok(WasmMessage::StoreCode(StoreCode { sender, code, permission }))
}

pub(super) fn update_permission(
    message: MsgUpdateInstantiateConfig,
) -> Result<WasmMessage, WasmError> {
    let sender = address("sender", &message.sender)?;
    check_code_id(message.code_id)?;
    let missing = WasmError::InvalidRequest { what: "instantiate permission is required" };
    let permission = message.new_instantiate_permission.ok_or(missing)?;
    check_instantiate_permission(Some(&permission))?;
    let code_id = message.code_id;
    Ok(WasmMessage::SetPermission(SetPermission { sender, code_id, permission }))
}

pub(super) fn store_and_instantiate(
    message: MsgStoreAndInstantiateContract,
) -> Result<WasmMessage, WasmError> {
    let sender = address("authority", &message.authority)?;
    check_label(&message.label)?;
    let funds = funds(&message.funds)?;
    let admin = optional_address("admin", &message.admin)?;
    check_origin(&message.source, &message.builder, &message.code_hash)?;
    check_json(&message.msg)?;
    let (code, permission) = (message.wasm_byte_code, message.instantiate_permission);
    check_code(&code)?;
    check_instantiate_permission(permission.as_ref())?;
    let contract = Instantiate {
        sender: sender.clone(),
        admin,
        code_id: NOT_STORED_YET,
        label: message.label,
        message: message.msg,
        funds,
        address: AddressRule::Classic,
    };
    Ok(WasmMessage::StoreAndInstantiate(StoreCode { sender, code, permission }, contract))
}

pub(super) fn store_and_migrate(
    message: MsgStoreAndMigrateContract,
) -> Result<WasmMessage, WasmError> {
    let sender = address("authority", &message.authority)?;
    let contract = address("contract", &message.contract)?;
    check_json(&message.msg)?;
    let (code, permission) = (message.wasm_byte_code, message.instantiate_permission);
    check_code(&code)?;
    check_instantiate_permission(permission.as_ref())?;
    let migration =
        Migrate { sender: sender.clone(), contract, code_id: NOT_STORED_YET, message: message.msg };
    Ok(WasmMessage::StoreAndMigrate(StoreCode { sender, code, permission }, migration))
}

fn check_instantiate_permission(permission: Option<&AccessConfig>) -> Result<(), WasmError> {
    let checked = permission.map_or(Ok(()), check_permission);
    checked.map_err(|error| error.during("instantiate permission"))
}

/// Where a code comes from is said whole or not at all. What is said is not kept; wasmd asks for a URL and
/// for the name of a container image besides.
fn check_origin(source: &str, builder: &str, code_hash: &[u8]) -> Result<(), WasmError> {
    if source.is_empty() && builder.is_empty() && code_hash.is_empty() {
        return Ok(());
    }
    let missing = if source.is_empty() {
        "source is required"
    } else if builder.is_empty() {
        "builder is required"
    } else if code_hash.is_empty() {
        "code hash is required"
    } else {
        return Ok(());
    };
    Err(WasmError::Origin { missing })
}
