//! Reads of codes, contracts and their histories.

use prost::Message;
use stoa_proto::cosmwasm::wasm::v1::{CodeInfo, ContractCodeHistoryEntry, ContractInfo, Params};
use stoa_store::{KeyRange, Order, StoreError};

use super::{error::WasmError, params, state_key, state_key::STORE};
use crate::{Context, ModuleError, auth::AccAddress};

/// The parameters.
pub(super) fn params(ctx: &Context) -> Result<Params, ModuleError> {
    let stored = ctx.get(STORE, state_key::PARAMS)?;
    stored.map_or_else(|| Ok(params::default_params()), |bytes| decode("wasm params", &bytes))
}

/// A code, if there is one with this number.
pub(super) fn code(ctx: &Context, code_id: u64) -> Result<Option<CodeInfo>, ModuleError> {
    let stored = ctx.get(STORE, &state_key::code(code_id))?;
    stored.map(|bytes| decode("wasm code", &bytes)).transpose()
}

/// A code, or the refusal that names it.
pub(super) fn code_or_refuse(ctx: &Context, code_id: u64) -> Result<CodeInfo, WasmError> {
    code(ctx, code_id)?.ok_or(WasmError::NoSuchCode { code_id })
}

/// Whether a code is pinned.
pub(super) fn is_pinned(ctx: &Context, code_id: u64) -> Result<bool, ModuleError> {
    ctx.has(STORE, &state_key::pinned(code_id))
}

/// A contract, if there is one at this address.
pub(super) fn contract(
    ctx: &Context,
    address: &AccAddress,
) -> Result<Option<ContractInfo>, ModuleError> {
    let stored = ctx.get(STORE, &state_key::contract(address))?;
    stored.map(|bytes| decode("wasm contract", &bytes)).transpose()
}

/// Whether there is a contract at this address.
pub(super) fn has_contract(ctx: &Context, address: &AccAddress) -> Result<bool, ModuleError> {
    ctx.has(STORE, &state_key::contract(address))
}

/// A contract, or the refusal that names it.
pub(super) fn contract_or_refuse(
    ctx: &Context,
    address: &AccAddress,
) -> Result<ContractInfo, WasmError> {
    contract(ctx, address)?
        .ok_or_else(|| WasmError::NoSuchContract { address: address.to_string() })
}

/// The latest entry of a contract's history and its position, counted from 1.
pub(super) fn last_history_entry(
    ctx: &Context,
    address: &AccAddress,
) -> Result<Option<(u64, ContractCodeHistoryEntry)>, ModuleError> {
    let range = KeyRange::prefix(&state_key::history(address));
    let Some((key, value)) = ctx.first(STORE, &range, Order::Descending)? else {
        return Ok(None);
    };
    Ok(Some((trailing_u64(&key)?, decode("wasm history", &value)?)))
}

/// A counter; 1 before its first use.
pub(super) fn next_id(ctx: &Context, key: &[u8]) -> Result<u64, ModuleError> {
    ctx.get(STORE, key)?.map_or(Ok(1), |bytes| trailing_u64(&bytes))
}

/// Wasm bytes; not charged, for whether they are read depends on what this node holds in memory.
pub(super) fn byte_code(ctx: &Context, checksum: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let stored = ctx.overlay.get(STORE, &state_key::byte_code(checksum))?;
    stored.ok_or_else(|| StoreError::Corrupt { what: "wasm byte code" }.into())
}

/// Decodes what this module wrote.
pub(super) fn decode<T: Message + Default>(
    what: &'static str,
    bytes: &[u8],
) -> Result<T, ModuleError> {
    T::decode(bytes).map_err(|_| StoreError::Corrupt { what }.into())
}

/// The number that a key or value ends in.
pub(super) fn trailing_u64(bytes: &[u8]) -> Result<u64, ModuleError> {
    let corrupt = ModuleError::from(StoreError::Corrupt { what: "wasm number" });
    bytes.last_chunk::<8>().map(|last| u64::from_be_bytes(*last)).ok_or(corrupt)
}
