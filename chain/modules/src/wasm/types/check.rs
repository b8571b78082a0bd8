//! Checks of parts of messages.

use cosmos_sdk_proto::cosmos::base::v1beta1::Coin as ProtoCoin;
use serde::de::IgnoredAny;

use super::{Instantiate, MAX_SALT_BYTES, MAX_WASM_BYTES};
use crate::{
    ModuleError,
    auth::AccAddress,
    bank::{Coins, is_integer},
    router::RouteError,
    wasm::{error::WasmError, label::check_label},
};

/// Reads the address in `field`.
pub(in crate::wasm) fn address(field: &'static str, text: &str) -> Result<AccAddress, WasmError> {
    text.parse().map_err(|source| WasmError::Address { field, source })
}

/// Reads an address of a list; the error names it.
pub(in crate::wasm) fn permission_address(text: &str) -> Result<AccAddress, WasmError> {
    let text_in = || text.chars().take(200).collect();
    text.parse().map_err(|source| WasmError::ListedAddress { text: text_in(), source })
}

pub(super) fn optional_address(
    field: &'static str,
    text: &str,
) -> Result<Option<AccAddress>, WasmError> {
    if text.is_empty() { Ok(None) } else { address(field, text).map(Some) }
}

/// Reads funds: coins in order, each above zero.
pub(super) fn funds(coins: &[ProtoCoin]) -> Result<Coins, WasmError> {
    if !coins.iter().all(|coin| is_integer(&coin.amount)) {
        let malformed = RouteError::Malformed { type_url: "/cosmos.base.v1beta1.Coin".to_owned() };
        return Err(ModuleError::from(malformed).into());
    }
    Coins::from_proto(coins).map_err(|error| WasmError::Funds { reason: error.to_string() })
}

/// Refuses the number zero, which no code has.
pub(in crate::wasm) const fn check_code_id(code_id: u64) -> Result<(), WasmError> {
    if code_id == 0 {
        Err(WasmError::InvalidRequest { what: "code id is required" })
    } else {
        Ok(())
    }
}

/// Refuses code that is missing or too long, packed or not.
pub(super) fn check_code(code: &[u8]) -> Result<(), WasmError> {
    match code.len() {
        0 => Err(WasmError::InvalidRequest { what: "code bytes is required: empty" }),
        1..=MAX_WASM_BYTES => Ok(()),
        _ => Err(WasmError::CodeBytes { limit: MAX_WASM_BYTES }),
    }
}

/// Refuses bad numbers of codes, labels and payloads.
pub(in crate::wasm) fn check_instantiate(message: &Instantiate) -> Result<(), WasmError> {
    check_code_id(message.code_id)?;
    check_label(&message.label)?;
    check_json(&message.message)
}

/// Refuses an empty or a long salt.
pub(in crate::wasm) const fn check_salt(salt: &[u8]) -> Result<(), WasmError> {
    match salt.len() {
        0 => Err(WasmError::Empty { what: "salt: is required" }),
        1..=MAX_SALT_BYTES => Ok(()),
        _ => Err(WasmError::Limit { what: "salt", limit: MAX_SALT_BYTES }),
    }
}

/// Refuses what is no JSON; the shape is the contract's matter.
pub(in crate::wasm) fn check_json(text: &[u8]) -> Result<(), WasmError> {
    serde_json::from_slice::<IgnoredAny>(text)
        .map(drop)
        .map_err(|_| WasmError::Invalid { what: "payload msg" })
}
