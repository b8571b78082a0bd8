//! Queries of `cosmos.consensus.v1`.

use prost::Message;

use super::{
    params,
    wire::{QueryParamsRequest, QueryParamsResponse},
};
use crate::{
    core::{Context, ModuleError},
    router::QueryError,
};

/// Answers `path` with protobuf bytes, if it is one of this module's.
pub fn query(ctx: &Context, path: &str, data: &[u8]) -> Option<Result<Vec<u8>, ModuleError>> {
    match path.strip_prefix("/cosmos.consensus.v1.Query/")? {
        "Params" => Some(answer(ctx, data)),
        _ => None,
    }
}

fn answer(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    QueryParamsRequest::decode(data).map_err(QueryError::invalid)?;
    Ok(QueryParamsResponse { params: Some(params(ctx)?) }.encode_to_vec())
}
