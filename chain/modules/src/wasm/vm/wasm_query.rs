//! Queries about contracts, made by contracts.

use cosmwasm_std::{Addr, Checksum, CodeInfoResponse, ContractInfoResponse, WasmQuery};

use super::querier::{QueryFailure, json, unsupported};
use crate::{
    Context,
    auth::AccAddress,
    wasm::{Wasm, error::WasmError, scope::Scope, state_key, state_key::STORE, types, view},
};

/// Answers one query.
pub(super) fn answer(
    wasm: &Wasm,
    scope: &Scope,
    ctx: &mut Context,
    query: &WasmQuery,
) -> Result<Vec<u8>, QueryFailure> {
    match query {
        WasmQuery::Smart { contract_addr, msg } => {
            let contract = types::address("contract", contract_addr)?;
            types::check_json(msg)?;
            Ok(wasm.query_smart(scope, ctx, &contract, msg)?)
        }
        WasmQuery::Raw { contract_addr, key } => raw(ctx, contract_addr, key),
        WasmQuery::ContractInfo { contract_addr } => {
            contract_info(ctx, &types::address("contract", contract_addr)?)
        }
        WasmQuery::CodeInfo { code_id } => code_info(ctx, *code_id),
        _ => Err(unsupported("unknown WasmQuery variant")),
    }
}

fn raw(ctx: &Context, contract: &str, key: &[u8]) -> Result<Vec<u8>, QueryFailure> {
    let contract = types::address("contract", contract)?;
    let key = [&state_key::contract_state(&contract), key].concat();
    Ok(ctx.get(STORE, &key)?.unwrap_or_default())
}

fn contract_info(ctx: &Context, address: &AccAddress) -> Result<Vec<u8>, QueryFailure> {
    let contract = view::contract_or_refuse(ctx, address)?;
    let some = |text: String| (!text.is_empty()).then_some(text);
    json(&ContractInfoResponse::new(
        contract.code_id,
        Addr::unchecked(contract.creator),
        some(contract.admin).map(Addr::unchecked),
        view::is_pinned(ctx, contract.code_id)?,
        some(contract.ibc_port_id),
    ))
}

fn code_info(ctx: &Context, code_id: u64) -> Result<Vec<u8>, QueryFailure> {
    types::check_code_id(code_id)?;
    let code = view::code_or_refuse(ctx, code_id)?;
    let checksum = Checksum::try_from(code.code_hash.as_slice())
        .map_err(|_| WasmError::Invalid { what: "code hash" })?;
    json(&CodeInfoResponse::new(code_id, Addr::unchecked(code.creator), checksum))
}
