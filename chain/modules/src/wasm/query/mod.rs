//! `cosmwasm.wasm.v1.Query` (wasmd `x/wasm/keeper/querier.go`).

mod codes;
mod contracts;
mod page;

use prost::Message;

use super::{Wasm, error::WasmError};
use crate::{Context, ModuleError, auth::AccAddress, router::QueryError};

/// Path of the service.
const SERVICE: &str = "/cosmwasm.wasm.v1.Query/";

/// Answers one query; nothing for paths of other services.
pub(super) fn answer(
    wasm: &Wasm,
    ctx: &Context,
    path: &str,
    data: &[u8],
) -> Option<Result<Vec<u8>, ModuleError>> {
    let answer = match path.strip_prefix(SERVICE)? {
        "ContractInfo" => reply(data, |request| contracts::info(ctx, &request)),
        "ContractHistory" => reply(data, |request| contracts::history(ctx, &request)),
        "ContractsByCode" => reply(data, |request| contracts::by_code(ctx, &request)),
        "ContractsByCreator" => reply(data, |request| contracts::by_creator(ctx, &request)),
        "AllContractState" => reply(data, |request| contracts::all_state(ctx, &request)),
        "RawContractState" => reply(data, |request| contracts::raw_state(ctx, &request)),
        "SmartContractState" => reply(data, |request| contracts::smart(wasm, ctx, &request)),
        "CodeInfo" => reply(data, |request| codes::info(ctx, &request)),
        "WasmLimitsConfig" => reply(data, |request| Ok(codes::limits(&request))),
        "BuildAddress" => reply(data, |request| contracts::build_address(&request)),
        "Code" => reply(data, |request| codes::code(ctx, &request)),
        "Codes" => reply(data, |request| codes::codes(ctx, &request)),
        "PinnedCodes" => reply(data, |request| codes::pinned(ctx, &request)),
        "Params" => reply(data, |request| codes::params(ctx, &request)),
        _ => return None,
    };
    Some(answer.map_err(refusal))
}

/// To those who ask from outside a broken address is a plain error, as in wasmd.
fn refusal(error: WasmError) -> ModuleError {
    match error {
        WasmError::Address { source, .. } => QueryError::unknown(source).into(),
        WasmError::InvalidRequest { what } => QueryError::unknown(what).into(),
        other => other.into(),
    }
}

fn reply<Q: Message + Default, A: Message>(
    data: &[u8],
    answer: impl FnOnce(Q) -> Result<A, WasmError>,
) -> Result<Vec<u8>, WasmError> {
    let request = Q::decode(data)
        .map_err(|_| WasmError::InvalidRequest { what: "query is no valid protobuf" })?;
    Ok(answer(request)?.encode_to_vec())
}

/// The address that a key ends in, after `skip` bytes.
fn address_in(key: &[u8], skip: usize) -> Result<AccAddress, WasmError> {
    AccAddress::new(key.get(skip..).unwrap_or_default())
        .map_err(|source| WasmError::Address { field: "stored contract", source })
}
