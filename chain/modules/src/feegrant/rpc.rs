//! Queries of `cosmos.feegrant.v1beta1`.

use cosmos_sdk_proto::cosmos::feegrant::v1beta1::{
    Grant, QueryAllowanceRequest, QueryAllowanceResponse, QueryAllowancesByGranterRequest,
    QueryAllowancesByGranterResponse, QueryAllowancesRequest, QueryAllowancesResponse,
};
use prost::Message as _;

use super::{STORE, state_key, view};
use crate::{
    auth::AccAddress,
    core::{Context, ModuleError},
    router::{QueryError, filtered_page, page, read_request},
};

/// Answers the paths of this module; nothing for others.
pub fn query(ctx: &Context, path: &str, data: &[u8]) -> Option<Result<Vec<u8>, ModuleError>> {
    Some(match path.strip_prefix("/cosmos.feegrant.v1beta1.Query/")? {
        "Allowance" => allowance(ctx, data),
        "Allowances" => allowances(ctx, data),
        "AllowancesByGranter" => allowances_by_granter(ctx, data),
        _ => return None,
    })
}

fn parse(address: &str) -> Result<AccAddress, QueryError> {
    address.parse().map_err(QueryError::unknown)
}

fn allowance(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let QueryAllowanceRequest { granter, grantee } = read_request(data)?;
    let found = view::allowance(ctx, &parse(&granter)?, &parse(&grantee)?)?;
    let reason = "fee-grant not found: not found".to_owned();
    let allowance = found.ok_or(QueryError::Internal { reason })?.to_any();
    let grant = Grant { granter, grantee, allowance: Some(allowance) };
    Ok(QueryAllowanceResponse { allowance: Some(grant) }.encode_to_vec())
}

fn allowances(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QueryAllowancesRequest = read_request(data)?;
    let prefix = state_key::of_grantee(&parse(&request.grantee)?);
    let mut allowances = Vec::new();
    let pagination = page(ctx, STORE, &prefix, request.pagination.as_ref(), |_, value| {
        allowances.push(view::grant(value)?);
        Ok(())
    })?;
    Ok(QueryAllowancesResponse { allowances, pagination: Some(pagination) }.encode_to_vec())
}

fn allowances_by_granter(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QueryAllowancesByGranterRequest = read_request(data)?;
    let granter = parse(&request.granter)?.to_string();
    let page_request = request.pagination.as_ref();
    let (allowances, pagination) =
        filtered_page(ctx, STORE, state_key::ALLOWANCES, page_request, |_, value| {
            let grant = view::grant(value)?;
            Ok((grant.granter == granter).then_some(grant))
        })?;
    let pagination = Some(pagination);
    Ok(QueryAllowancesByGranterResponse { allowances, pagination }.encode_to_vec())
}
