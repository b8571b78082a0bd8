//! Queries about codes and parameters.

use cosmos_sdk_proto::cosmos::base::query::v1beta1::PageResponse;
use stoa_proto::cosmwasm::wasm::v1::{
    CodeInfo, CodeInfoResponse, QueryCodeRequest, QueryCodeResponse, QueryCodesRequest,
    QueryCodesResponse, QueryParamsRequest, QueryParamsResponse, QueryPinnedCodesRequest,
};
use stoa_proto::cosmwasm::wasm::v1::{
    QueryCodeInfoRequest, QueryCodeInfoResponse, QueryWasmLimitsConfigRequest,
    QueryWasmLimitsConfigResponse,
};

use super::page::page;
use crate::{
    Context,
    wasm::{error::WasmError, state_key, view},
};

/// One code with its Wasm.
pub(super) fn code(
    ctx: &Context,
    request: &QueryCodeRequest,
) -> Result<QueryCodeResponse, WasmError> {
    check_asked_code(request.code_id)?;
    let info = view::code_or_refuse(ctx, request.code_id)?;
    let data = view::byte_code(ctx, &info.code_hash)?;
    Ok(QueryCodeResponse { code_info: Some(described(request.code_id, info)), data })
}

/// One code without its Wasm.
pub(super) fn info(
    ctx: &Context,
    request: &QueryCodeInfoRequest,
) -> Result<QueryCodeInfoResponse, WasmError> {
    check_asked_code(request.code_id)?;
    let info = view::code_or_refuse(ctx, request.code_id)?;
    Ok(QueryCodeInfoResponse {
        code_id: request.code_id,
        creator: info.creator,
        checksum: info.code_hash,
        instantiate_permission: info.instantiate_config,
    })
}

/// The static limits of Wasm as JSON: none is set, so the VM's own hold, as on wasmd.
pub(super) fn limits(_: &QueryWasmLimitsConfigRequest) -> QueryWasmLimitsConfigResponse {
    QueryWasmLimitsConfigResponse { config: "{}".to_owned() }
}

/// Refuses the number zero, in the words of wasmd's queries.
pub(super) const fn check_asked_code(code_id: u64) -> Result<(), WasmError> {
    if code_id == 0 { Err(WasmError::Invalid { what: "code id" }) } else { Ok(()) }
}

/// All codes.
pub(super) fn codes(
    ctx: &Context,
    request: &QueryCodesRequest,
) -> Result<QueryCodesResponse, WasmError> {
    let mut code_infos = Vec::new();
    let prefix = state_key::CODES;
    let pagination = page(ctx, prefix, request.pagination.as_ref(), |key, value| {
        let info = view::decode("wasm code", value)?;
        code_infos.push(described(view::trailing_u64(key)?, info));
        Ok(())
    })?;
    Ok(QueryCodesResponse { code_infos, pagination: Some(pagination) })
}

/// `QueryPinnedCodesResponse` with its numbers packed, as wasmd packs them; `cosmos-sdk-proto` does not.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct PinnedCodes {
    #[prost(uint64, repeated, tag = "1")]
    code_ids: Vec<u64>,
    #[prost(message, optional, tag = "2")]
    pagination: Option<PageResponse>,
}

/// Numbers of the pinned codes.
pub(super) fn pinned(
    ctx: &Context,
    request: &QueryPinnedCodesRequest,
) -> Result<PinnedCodes, WasmError> {
    let mut code_ids = Vec::new();
    let prefix = state_key::PINNED;
    let pagination = page(ctx, prefix, request.pagination.as_ref(), |key, _| {
        code_ids.push(view::trailing_u64(key)?);
        Ok(())
    })?;
    Ok(PinnedCodes { code_ids, pagination: Some(pagination) })
}

/// The parameters.
pub(super) fn params(
    ctx: &Context,
    _: &QueryParamsRequest,
) -> Result<QueryParamsResponse, WasmError> {
    Ok(QueryParamsResponse { params: Some(view::params(ctx)?) })
}

fn described(code_id: u64, info: CodeInfo) -> CodeInfoResponse {
    CodeInfoResponse {
        code_id,
        creator: info.creator,
        data_hash: info.code_hash,
        instantiate_permission: info.instantiate_config,
    }
}
