//! Messages of this module, checked.
//!
//! Checks are those of wasmd `x/wasm/types/tx.go` (`ValidateBasic`): they need no state.

use cosmos_sdk_proto::{
    Any,
    cosmos::base::v1beta1::Coin as ProtoCoin,
    cosmwasm::wasm::v1::{
        AccessConfig, MsgClearAdmin, MsgExecuteContract, MsgInstantiateContract,
        MsgInstantiateContract2, MsgMigrateContract, MsgStoreCode, MsgUpdateAdmin,
    },
};
use prost::{Message, Name};
use serde::de::IgnoredAny;

use super::{error::WasmError, label::check_label, params::check_permission};
use crate::{
    ModuleError,
    auth::AccAddress,
    bank::{Coins, is_integer},
    router::RouteError,
};

/// Most bytes of Wasm, packed and unpacked.
pub const MAX_WASM_BYTES: usize = 800 * 1024;
/// Most bytes of the salt of a predictable address.
pub const MAX_SALT_BYTES: usize = 64;

/// A message of this module that passed the checks that need no state.
#[derive(Clone, Debug)]
pub(super) enum WasmMessage {
    StoreCode(StoreCode),
    Instantiate(Instantiate),
    Execute(Execute),
    Migrate(Migrate),
    SetAdmin(SetAdmin),
}

#[derive(Clone, Debug)]
pub(super) struct StoreCode {
    pub(super) sender: AccAddress,
    /// Wasm, or Wasm in gzip.
    pub(super) code: Vec<u8>,
    pub(super) permission: Option<AccessConfig>,
}

#[derive(Clone, Debug)]
pub(super) struct Instantiate {
    pub(super) sender: AccAddress,
    pub(super) admin: Option<AccAddress>,
    pub(super) code_id: u64,
    pub(super) label: String,
    pub(super) message: Vec<u8>,
    pub(super) funds: Coins,
    pub(super) address: AddressRule,
}

/// How a new contract gets its address.
#[derive(Clone, Debug)]
pub(super) enum AddressRule {
    /// From the counter of contracts.
    Classic,
    /// From code, creator and salt; with `is_message_fixed` also from the message.
    Predictable { salt: Vec<u8>, is_message_fixed: bool },
}

#[derive(Clone, Debug)]
pub(super) struct Execute {
    pub(super) sender: AccAddress,
    pub(super) contract: AccAddress,
    pub(super) message: Vec<u8>,
    pub(super) funds: Coins,
}

#[derive(Clone, Debug)]
pub(super) struct Migrate {
    pub(super) sender: AccAddress,
    pub(super) contract: AccAddress,
    pub(super) code_id: u64,
    pub(super) message: Vec<u8>,
}

/// Changes or (without `new_admin`) clears the admin.
#[derive(Clone, Debug)]
pub(super) struct SetAdmin {
    pub(super) sender: AccAddress,
    pub(super) contract: AccAddress,
    pub(super) new_admin: Option<AccAddress>,
}

impl WasmMessage {
    /// Decodes and checks; nothing for types of other modules.
    pub(super) fn decode(message: &Any) -> Option<Result<Self, WasmError>> {
        let decoded = match message.type_url.strip_prefix("/cosmwasm.wasm.v1.")? {
            MsgStoreCode::NAME => parse(message).and_then(store_code),
            MsgInstantiateContract::NAME => parse(message).and_then(instantiate),
            MsgInstantiateContract2::NAME => parse(message).and_then(instantiate_2),
            MsgExecuteContract::NAME => parse(message).and_then(execute),
            MsgMigrateContract::NAME => parse(message).and_then(migrate),
            MsgUpdateAdmin::NAME => parse(message).and_then(update_admin),
            MsgClearAdmin::NAME => parse(message).and_then(clear_admin),
            _ => return None,
        };
        Some(decoded)
    }

    /// Who must have signed.
    pub(super) const fn sender(&self) -> &AccAddress {
        match self {
            Self::StoreCode(message) => &message.sender,
            Self::Instantiate(message) => &message.sender,
            Self::Execute(message) => &message.sender,
            Self::Migrate(message) => &message.sender,
            Self::SetAdmin(message) => &message.sender,
        }
    }
}

fn store_code(message: MsgStoreCode) -> Result<WasmMessage, WasmError> {
    let sender = address("sender", &message.sender)?;
    if message.wasm_byte_code.is_empty() {
        return Err(WasmError::InvalidRequest { what: "code bytes are required" });
    }
    if message.wasm_byte_code.len() > MAX_WASM_BYTES {
        return Err(WasmError::InvalidRequest { what: "code bytes exceed limit" });
    }
    if let Some(permission) = &message.instantiate_permission {
        check_permission(permission)?;
    }
    Ok(WasmMessage::StoreCode(StoreCode {
        sender,
        code: message.wasm_byte_code,
        permission: message.instantiate_permission,
    }))
}

fn instantiate(message: MsgInstantiateContract) -> Result<WasmMessage, WasmError> {
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

fn instantiate_2(message: MsgInstantiateContract2) -> Result<WasmMessage, WasmError> {
    check_salt(&message.salt)?;
    let checked = Instantiate {
        sender: address("sender", &message.sender)?,
        admin: optional_address("admin", &message.admin)?,
        code_id: message.code_id,
        label: message.label,
        message: message.msg,
        funds: funds(&message.funds)?,
        address: AddressRule::Predictable { salt: message.salt, is_message_fixed: message.fix_msg },
    };
    check_instantiate(&checked)?;
    Ok(WasmMessage::Instantiate(checked))
}

fn execute(message: MsgExecuteContract) -> Result<WasmMessage, WasmError> {
    check_json(&message.msg)?;
    Ok(WasmMessage::Execute(Execute {
        sender: address("sender", &message.sender)?,
        contract: address("contract", &message.contract)?,
        message: message.msg,
        funds: funds(&message.funds)?,
    }))
}

fn migrate(message: MsgMigrateContract) -> Result<WasmMessage, WasmError> {
    check_code_id(message.code_id)?;
    check_json(&message.msg)?;
    Ok(WasmMessage::Migrate(Migrate {
        sender: address("sender", &message.sender)?,
        contract: address("contract", &message.contract)?,
        code_id: message.code_id,
        message: message.msg,
    }))
}

fn update_admin(message: MsgUpdateAdmin) -> Result<WasmMessage, WasmError> {
    let new_admin = address("new admin", &message.new_admin)?;
    let contract = address("contract", &message.contract)?;
    set_admin(address("sender", &message.sender)?, contract, Some(new_admin))
}

fn clear_admin(message: MsgClearAdmin) -> Result<WasmMessage, WasmError> {
    let contract = address("contract", &message.contract)?;
    set_admin(address("sender", &message.sender)?, contract, None)
}

/// The change of an admin; refuses one that changes nothing.
pub(super) fn set_admin(
    sender: AccAddress,
    contract: AccAddress,
    new_admin: Option<AccAddress>,
) -> Result<WasmMessage, WasmError> {
    if new_admin.as_ref() == Some(&sender) {
        return Err(WasmError::Invalid { what: "new admin is the same as the old" });
    }
    Ok(WasmMessage::SetAdmin(SetAdmin { sender, contract, new_admin }))
}

fn parse<T: Message + Default>(message: &Any) -> Result<T, WasmError> {
    let malformed = |_| RouteError::Malformed { type_url: "/cosmwasm.wasm.v1" };
    T::decode(message.value.as_slice()).map_err(malformed).map_err(|e| ModuleError::from(e).into())
}

/// Reads the address in `field`.
pub(super) fn address(field: &'static str, text: &str) -> Result<AccAddress, WasmError> {
    text.parse().map_err(|source| WasmError::Address { field, source })
}

fn optional_address(field: &'static str, text: &str) -> Result<Option<AccAddress>, WasmError> {
    if text.is_empty() { Ok(None) } else { address(field, text).map(Some) }
}

fn funds(coins: &[ProtoCoin]) -> Result<Coins, WasmError> {
    if !coins.iter().all(|coin| is_integer(&coin.amount)) {
        let malformed = RouteError::Malformed { type_url: "/cosmos.base.v1beta1.Coin" };
        return Err(ModuleError::from(malformed).into());
    }
    Coins::from_proto(coins).map_err(|error| WasmError::Funds { reason: error.to_string() })
}

/// Refuses the number zero, which no code has.
pub(super) const fn check_code_id(code_id: u64) -> Result<(), WasmError> {
    if code_id == 0 {
        Err(WasmError::InvalidRequest { what: "code id is required" })
    } else {
        Ok(())
    }
}

/// Refuses bad numbers of codes, labels and payloads.
pub(super) fn check_instantiate(message: &Instantiate) -> Result<(), WasmError> {
    check_code_id(message.code_id)?;
    check_label(&message.label)?;
    check_json(&message.message)
}

/// Refuses an empty or a long salt.
pub(super) const fn check_salt(salt: &[u8]) -> Result<(), WasmError> {
    match salt.len() {
        0 => Err(WasmError::Empty { what: "salt: is required" }),
        1..=MAX_SALT_BYTES => Ok(()),
        actual => Err(WasmError::Limit { what: "salt", actual, limit: MAX_SALT_BYTES }),
    }
}

/// Refuses what is no JSON; the shape is the contract's matter.
pub(super) fn check_json(text: &[u8]) -> Result<(), WasmError> {
    serde_json::from_slice::<IgnoredAny>(text)
        .map(drop)
        .map_err(|_| WasmError::Invalid { what: "payload msg" })
}
