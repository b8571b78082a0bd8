//! Queries of `cosmos.authz.v1beta1`.

use cosmos_sdk_proto::cosmos::authz::v1beta1::{
    GrantAuthorization, QueryGranteeGrantsRequest, QueryGranteeGrantsResponse,
    QueryGranterGrantsRequest, QueryGranterGrantsResponse, QueryGrantsRequest, QueryGrantsResponse,
};
use prost::Message as _;

use super::{AuthzError, Pair, STORE, StoredGrant, state_key, view};
use crate::{
    auth::AccAddress,
    core::{Context, ModuleError},
    router::{QueryError, filtered_page, page, read_request},
};

/// Answers the paths of this module; nothing for others.
pub fn query(ctx: &Context, path: &str, data: &[u8]) -> Option<Result<Vec<u8>, ModuleError>> {
    Some(match path.strip_prefix("/cosmos.authz.v1beta1.Query/")? {
        "Grants" => grants(ctx, data),
        "GranterGrants" => granter_grants(ctx, data),
        "GranteeGrants" => grantee_grants(ctx, data),
        _ => return None,
    })
}

fn parse(address: &str) -> Result<AccAddress, QueryError> {
    address.parse().map_err(QueryError::unknown)
}

fn grants(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QueryGrantsRequest = read_request(data)?;
    let pair = Pair { granter: parse(&request.granter)?, grantee: parse(&request.grantee)? };
    if !request.msg_type_url.is_empty() {
        let type_url = &request.msg_type_url;
        let what = || format!("authorization not found for {type_url} type");
        let grant = view::grant(ctx, &pair, type_url)?;
        let grant = grant.ok_or_else(|| AuthzError::NotFound { what: what() })?;
        let grants = vec![grant.to_proto()];
        return Ok(QueryGrantsResponse { grants, pagination: None }.encode_to_vec());
    }
    let (prefix, page_request) = (state_key::of_pair(&pair), request.pagination.as_ref());
    let mut grants = Vec::new();
    let pagination = page(ctx, STORE, &prefix, page_request, |_, value| {
        grants.push(StoredGrant::from_stored(value)?.to_proto());
        Ok(())
    })?;
    Ok(QueryGrantsResponse { grants, pagination: Some(pagination) }.encode_to_vec())
}

fn granter_grants(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QueryGranterGrantsRequest = read_request(data)?;
    let granter = parse(&request.granter)?;
    let (prefix, page_request) = (state_key::of_granter(&granter), request.pagination.as_ref());
    let mut grants = Vec::new();
    let pagination = page(ctx, STORE, &prefix, page_request, |key, value| {
        let (grantee, _) = state_key::address(key).ok_or(AuthzError::Corrupt)?;
        grants.push(with_names(&Pair { granter: granter.clone(), grantee }, value)?);
        Ok(())
    })?;
    Ok(QueryGranterGrantsResponse { grants, pagination: Some(pagination) }.encode_to_vec())
}

fn grantee_grants(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QueryGranteeGrantsRequest = read_request(data)?;
    let grantee = parse(&request.grantee)?;
    let page_request = request.pagination.as_ref();
    let (grants, pagination) =
        filtered_page(ctx, STORE, state_key::GRANTS, page_request, |key, value| {
            let pair = state_key::pair(key).ok_or(AuthzError::Corrupt)?;
            if pair.grantee != grantee {
                return Ok(None);
            }
            Ok(Some(with_names(&pair, value)?))
        })?;
    Ok(QueryGranteeGrantsResponse { grants, pagination: Some(pagination) }.encode_to_vec())
}

fn with_names(pair: &Pair, value: &[u8]) -> Result<GrantAuthorization, AuthzError> {
    let grant = StoredGrant::from_stored(value)?.to_proto();
    Ok(GrantAuthorization {
        granter: pair.granter.to_string(),
        grantee: pair.grantee.to_string(),
        authorization: grant.authorization,
        expiration: grant.expiration,
    })
}
