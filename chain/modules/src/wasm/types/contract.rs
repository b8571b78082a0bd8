//! Messages to and about contracts.

use stoa_proto::cosmwasm::wasm::v1::{
    MsgClearAdmin, MsgExecuteContract, MsgInstantiateContract, MsgInstantiateContract2,
    MsgMigrateContract, MsgUpdateAdmin, MsgUpdateContractLabel,
};

use super::{
    AddressRule, Execute, Instantiate, Migrate, SetAdmin, SetLabel, WasmMessage,
    check::{
        address, check_code_id, check_instantiate, check_json, check_salt, funds, optional_address,
    },
};
use crate::{
    auth::AccAddress,
    wasm::{error::WasmError, label::check_label},
};

pub(super) fn instantiate(message: MsgInstantiateContract) -> Result<WasmMessage, WasmError> {
    let checked = Instantiate {
        sender: address("sender", &message.sender)?,
        admin: optional_address("admin", &message.admin)?,
        code_id: message.code_id,
        label: message.label,
        message: message.msg,
        funds: funds(&message.funds)?,
        address: AddressRule::Classic,
    };
    check_instantiate(&checked)?;
    Ok(WasmMessage::Instantiate(checked))
}

pub(super) fn instantiate_2(message: MsgInstantiateContract2) -> Result<WasmMessage, WasmError> {
    let MsgInstantiateContract2 { salt, fix_msg, .. } = message;
    let checked = Instantiate {
        sender: address("sender", &message.sender)?,
        admin: optional_address("admin", &message.admin)?,
        code_id: message.code_id,
        label: message.label,
        message: message.msg,
        funds: funds(&message.funds)?,
        address: AddressRule::Predictable { salt: salt.clone(), is_message_fixed: fix_msg },
    };
    check_instantiate(&checked)?;
    check_salt(&salt)?;
    Ok(WasmMessage::Instantiate(checked))
}

pub(super) fn execute(message: MsgExecuteContract) -> Result<WasmMessage, WasmError> {
    let checked = Execute {
        sender: address("sender", &message.sender)?,
        contract: address("contract", &message.contract)?,
        funds: funds(&message.funds)?,
        message: message.msg,
    };
    check_json(&checked.message)?;
    Ok(WasmMessage::Execute(checked))
}

pub(super) fn migrate(message: MsgMigrateContract) -> Result<WasmMessage, WasmError> {
    check_code_id(message.code_id)?;
    let checked = Migrate {
        sender: address("sender", &message.sender)?,
        contract: address("contract", &message.contract)?,
        code_id: message.code_id,
        message: message.msg,
    };
    check_json(&checked.message)?;
    Ok(WasmMessage::Migrate(checked))
}

pub(super) fn update_admin(message: MsgUpdateAdmin) -> Result<WasmMessage, WasmError> {
    let sender = address("sender", &message.sender)?;
    let contract = address("contract", &message.contract)?;
    set_admin(sender, contract, Some(address("new admin", &message.new_admin)?))
}

pub(super) fn clear_admin(message: MsgClearAdmin) -> Result<WasmMessage, WasmError> {
    let sender = address("sender", &message.sender)?;
    set_admin(sender, address("contract", &message.contract)?, None)
}

/// The change of an admin; refuses one that changes nothing.
pub(in crate::wasm) fn set_admin(
    sender: AccAddress,
    contract: AccAddress,
    new_admin: Option<AccAddress>,
) -> Result<WasmMessage, WasmError> {
    if new_admin.as_ref() == Some(&sender) {
        return Err(WasmError::Invalid { what: "new admin is the same as the old" });
    }
    Ok(WasmMessage::SetAdmin(SetAdmin { sender, contract, new_admin }))
}

pub(super) fn update_label(message: MsgUpdateContractLabel) -> Result<WasmMessage, WasmError> {
    let sender = address("sender", &message.sender)?;
    check_label(&message.new_label)?;
    let contract = address("contract", &message.contract)?;
    Ok(WasmMessage::SetLabel(SetLabel { sender, contract, label: message.new_label }))
}
