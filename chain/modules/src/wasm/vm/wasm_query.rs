//! Queries about contracts, made by contracts.

use cosmwasm_std::{Addr, Checksum, CodeInfoResponse, WasmQuery};
use serde::Serialize;

use super::querier::{QueryFailure, asked_address, json, unsupported};
use crate::{
    Context,
    auth::AccAddress,
    wasm::{Wasm, error::WasmError, state_key, state_key::STORE, types, view},
};

/// Answers one query.
pub(super) fn answer(
    wasm: &Wasm,
    ctx: &mut Context,
    query: &WasmQuery,
) -> Result<Vec<u8>, QueryFailure> {
    match query {
        WasmQuery::Smart { contract_addr, msg } => {
            let contract = asked_address(contract_addr)?;
            types::check_json(msg)?;
            Ok(wasm.query_smart(ctx, &contract, msg)?)
        }
        WasmQuery::Raw { contract_addr, key } => raw(ctx, contract_addr, key),
        WasmQuery::ContractInfo { contract_addr } => {
            contract_info(ctx, &asked_address(contract_addr)?)
        }
        WasmQuery::CodeInfo { code_id } => code_info(ctx, *code_id),
        _ => Err(unsupported("unknown WasmQuery variant")),
    }
}

fn raw(ctx: &Context, contract: &str, key: &[u8]) -> Result<Vec<u8>, QueryFailure> {
    let contract = asked_address(contract)?;
    let key = [&state_key::contract_state(&contract), key].concat();
    Ok(ctx.get(STORE, &key)?.unwrap_or_default())
}

/// What `WasmQuery::ContractInfo` answers; wasmd leaves out what is empty.
#[derive(Serialize)]
struct ContractInfoAnswer {
    code_id: u64,
    creator: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    admin: String,
    pinned: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    ibc_port: String,
}

fn contract_info(ctx: &Context, address: &AccAddress) -> Result<Vec<u8>, QueryFailure> {
    let contract = view::contract_or_refuse(ctx, address)?;
    json(&ContractInfoAnswer {
        code_id: contract.code_id,
        creator: contract.creator,
        admin: contract.admin,
        pinned: view::is_pinned(ctx, contract.code_id)?,
        ibc_port: contract.ibc_port_id,
    })
}

fn code_info(ctx: &Context, code_id: u64) -> Result<Vec<u8>, QueryFailure> {
    if code_id == 0 {
        return Err(WasmError::Empty { what: "code id" }.into());
    }
    let code = view::code_or_refuse(ctx, code_id)?;
    let checksum = Checksum::try_from(code.code_hash.as_slice())
        .map_err(|_| WasmError::Invalid { what: "code hash" })?;
    json(&CodeInfoResponse::new(code_id, Addr::unchecked(code.creator), checksum))
}
