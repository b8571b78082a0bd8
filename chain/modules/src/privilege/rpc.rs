//! Queries of `stoa.privilege.v1`.

use prost::Message as _;
use stoa_proto::privilege::v1::{
    QueryAuthorityRequest, QueryAuthorityResponse, QueryPrivilegesRequest, QueryPrivilegesResponse,
    Record,
};

use super::view;
use crate::{
    authority,
    core::{Context, ModuleError},
    router::read_request,
};

/// Answers `path` with protobuf bytes, if it is one of this module's.
pub fn query(ctx: &Context, path: &str, data: &[u8]) -> Option<Result<Vec<u8>, ModuleError>> {
    match path.strip_prefix("/stoa.privilege.v1.Query/")? {
        "Authority" => Some(authority_address(ctx, data)),
        "Privileges" => Some(privileges(ctx, data)),
        _ => None,
    }
}

fn authority_address(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    read_request::<QueryAuthorityRequest>(data)?;
    let address = authority::address(ctx)?.to_string();
    Ok(QueryAuthorityResponse { address }.encode_to_vec())
}

fn privileges(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let contract = read_request::<QueryPrivilegesRequest>(data)?.contract;
    let holder = |record: &Record| record.grant.clone().unwrap_or_default().contract;
    let mut privileges = view::records(ctx)?;
    privileges.retain(|record| contract.is_empty() || holder(record) == contract);
    Ok(QueryPrivilegesResponse { privileges }.encode_to_vec())
}
