//! Queries about contracts.

use sha2::{Digest as _, Sha256};
use stoa_proto::cosmwasm::wasm::v1::{
    Model, QueryAllContractStateRequest, QueryAllContractStateResponse, QueryBuildAddressRequest,
    QueryBuildAddressResponse, QueryContractHistoryRequest, QueryContractHistoryResponse,
    QueryContractInfoRequest, QueryContractInfoResponse, QueryContractsByCodeRequest,
    QueryContractsByCodeResponse, QueryContractsByCreatorRequest, QueryContractsByCreatorResponse,
    QueryRawContractStateRequest, QueryRawContractStateResponse, QuerySmartContractStateRequest,
    QuerySmartContractStateResponse,
};

use super::{address_in, codes::check_asked_code, page::page};
use crate::{
    Context, ModuleError,
    auth::AccAddress,
    router::QueryError,
    wasm::{
        Wasm,
        address::{self, Predictable},
        error::WasmError,
        state_key,
        state_key::{POSITION_BYTES, STORE},
        types, view,
    },
};

/// What the chain knows about a contract.
pub(super) fn info(
    ctx: &Context,
    request: &QueryContractInfoRequest,
) -> Result<QueryContractInfoResponse, WasmError> {
    let address = types::address("contract", &request.address)?;
    let contract_info = Some(view::contract_or_refuse(ctx, &address)?);
    Ok(QueryContractInfoResponse { address: address.to_string(), contract_info })
}

/// The codes that a contract had.
pub(super) fn history(
    ctx: &Context,
    request: &QueryContractHistoryRequest,
) -> Result<QueryContractHistoryResponse, WasmError> {
    let prefix = state_key::history(&types::address("contract", &request.address)?);
    let mut entries = Vec::new();
    let pagination = page(ctx, &prefix, request.pagination.as_ref(), |_, value| {
        entries.push(view::decode("wasm history", value)?);
        Ok(())
    })?;
    Ok(QueryContractHistoryResponse { entries, pagination: Some(pagination) })
}

/// The contracts that run a code, in the order in which they got it.
pub(super) fn by_code(
    ctx: &Context,
    request: &QueryContractsByCodeRequest,
) -> Result<QueryContractsByCodeResponse, WasmError> {
    check_asked_code(request.code_id)?;
    let prefix = state_key::contracts_by_code(request.code_id);
    let mut contracts = Vec::new();
    let pagination = page(ctx, &prefix, request.pagination.as_ref(), |key, _| {
        contracts.push(address_in(key, POSITION_BYTES)?.to_string());
        Ok(())
    })?;
    Ok(QueryContractsByCodeResponse { contracts, pagination: Some(pagination) })
}

/// The contracts that an account made, in order.
pub(super) fn by_creator(
    ctx: &Context,
    request: &QueryContractsByCreatorRequest,
) -> Result<QueryContractsByCreatorResponse, WasmError> {
    let creator = types::address("creator", &request.creator_address)?;
    let prefix = state_key::contracts_by_creator(&creator);
    let mut contract_addresses = Vec::new();
    let pagination = page(ctx, &prefix, request.pagination.as_ref(), |key, _| {
        contract_addresses.push(address_in(key, POSITION_BYTES)?.to_string());
        Ok(())
    })?;
    Ok(QueryContractsByCreatorResponse { contract_addresses, pagination: Some(pagination) })
}

/// A contract's own keys and values.
pub(super) fn all_state(
    ctx: &Context,
    request: &QueryAllContractStateRequest,
) -> Result<QueryAllContractStateResponse, WasmError> {
    let prefix = state_key::contract_state(&existing(ctx, &request.address)?);
    let mut models = Vec::new();
    let pagination = page(ctx, &prefix, request.pagination.as_ref(), |key, value| {
        models.push(Model { key: key.to_vec(), value: value.to_vec() });
        Ok(())
    })?;
    Ok(QueryAllContractStateResponse { models, pagination: Some(pagination) })
}

/// One value of a contract; empty if there is none.
pub(super) fn raw_state(
    ctx: &Context,
    request: &QueryRawContractStateRequest,
) -> Result<QueryRawContractStateResponse, WasmError> {
    let prefix = state_key::contract_state(&existing(ctx, &request.address)?);
    let key = [prefix, request.query_data.clone()].concat();
    Ok(QueryRawContractStateResponse { data: ctx.get(STORE, &key)?.unwrap_or_default() })
}

/// What a contract answers, within the gas that this node gives to queries.
pub(super) fn smart(
    wasm: &Wasm,
    ctx: &Context,
    request: &QuerySmartContractStateRequest,
) -> Result<QuerySmartContractStateResponse, WasmError> {
    let no_json = |_| ModuleError::from(QueryError::invalid("invalid query data"));
    types::check_json(&request.query_data).map_err(no_json)?;
    let contract = types::address("contract", &request.address)?;
    let mut inner = ctx.clone();
    inner.gas = wasm.smart_query_meter(ctx);
    let answer = wasm.query_smart(&mut inner, &contract, &request.query_data);
    ctx.gas.charge(inner.gas.used().min(inner.gas.limit()), "smart query")?;
    Ok(QuerySmartContractStateResponse { data: answer? })
}

/// The predictable address of a contract that need not exist.
pub(super) fn build_address(
    request: &QueryBuildAddressRequest,
) -> Result<QueryBuildAddressResponse, WasmError> {
    let hash = hex::decode(&request.code_hash)
        .ok()
        .filter(|hash| hash.len() == Sha256::output_size())
        .ok_or(WasmError::InvalidRequest { what: "invalid code hash" })?;
    let creator = types::address("creator", &request.creator_address)?;
    let salt = hex::decode(&request.salt)
        .map_err(|_| WasmError::InvalidRequest { what: "invalid salt" })?;
    types::check_salt(&salt)?;
    if !request.init_args.is_empty() {
        types::check_json(&request.init_args)?;
    }
    let parts = Predictable {
        checksum: &hash,
        creator: &creator,
        salt: &salt,
        message: &request.init_args,
    };
    let built = address::predictable(&parts);
    let address = built.map_err(|source| WasmError::Address { field: "contract", source })?;
    Ok(QueryBuildAddressResponse { address: address.to_string() })
}

fn existing(ctx: &Context, text: &str) -> Result<AccAddress, WasmError> {
    let address = types::address("contract", text)?;
    if view::has_contract(ctx, &address)? {
        Ok(address)
    } else {
        Err(WasmError::NoSuchContract { address: address.to_string() })
    }
}
