//! Queries of `cosmos.upgrade.v1beta1`.

use cosmos_sdk_proto::cosmos::upgrade::v1beta1::{
    ModuleVersion, QueryAppliedPlanRequest, QueryAppliedPlanResponse, QueryAuthorityRequest,
    QueryAuthorityResponse, QueryCurrentPlanRequest, QueryCurrentPlanResponse,
    QueryModuleVersionsRequest, QueryModuleVersionsResponse, QueryUpgradedConsensusStateRequest,
    QueryUpgradedConsensusStateResponse,
};
use prost::Message as _;

use super::view;
use crate::{
    authority,
    core::{Context, ModuleError},
    router::{QueryError, read_request},
};

/// Version of the state of each module, by the SDK's names, in order of names.
const MODULE_VERSIONS: &[(&str, u64)] = &[
    ("auth", 5),
    ("authz", 2),
    ("bank", 4),
    ("consensus", 1),
    ("evidence", 1),
    ("feegrant", 2),
    ("slashing", 4),
    ("upgrade", 2),
    ("vesting", 1),
    ("wasm", 4),
];

/// Answers `path` with protobuf bytes, if it is one of this module's.
pub fn query(ctx: &Context, path: &str, data: &[u8]) -> Option<Result<Vec<u8>, ModuleError>> {
    match path.strip_prefix("/cosmos.upgrade.v1beta1.Query/")? {
        "CurrentPlan" => Some(current_plan(ctx, data)),
        "AppliedPlan" => Some(applied_plan(ctx, data)),
        "UpgradedConsensusState" => Some(consensus_state(data)),
        "ModuleVersions" => Some(module_versions(data)),
        "Authority" => Some(authority_address(ctx, data)),
        _ => None,
    }
}

fn current_plan(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    read_request::<QueryCurrentPlanRequest>(data)?;
    let plan = view::plan(ctx)?.map(|plan| plan.to_proto());
    Ok(QueryCurrentPlanResponse { plan }.encode_to_vec())
}

fn applied_plan(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let name = read_request::<QueryAppliedPlanRequest>(data)?.name;
    let height = view::done_height(ctx, &name)?.unwrap_or(0);
    let height = i64::try_from(height).unwrap_or(i64::MAX);
    Ok(QueryAppliedPlanResponse { height }.encode_to_vec())
}

/// The SDK answers this way where IBC does not say otherwise.
fn consensus_state(data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    read_request::<QueryUpgradedConsensusStateRequest>(data)?;
    Ok(QueryUpgradedConsensusStateResponse::default().encode_to_vec())
}

fn module_versions(data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let asked = read_request::<QueryModuleVersionsRequest>(data)?.module_name;
    let named = |(name, version): &(&str, u64)| ModuleVersion {
        name: (*name).to_owned(),
        version: *version,
    };
    let is_asked = |(name, _): &&(&str, u64)| asked.is_empty() || *name == asked;
    let module_versions: Vec<ModuleVersion> =
        MODULE_VERSIONS.iter().filter(is_asked).map(named).collect();
    if module_versions.is_empty() {
        let what = format!("x/upgrade: QueryModuleVersions module {asked}");
        return Err(QueryError::NotFound { what }.into());
    }
    Ok(QueryModuleVersionsResponse { module_versions }.encode_to_vec())
}

fn authority_address(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    read_request::<QueryAuthorityRequest>(data)?;
    let address = authority::address(ctx)?.to_string();
    Ok(QueryAuthorityResponse { address }.encode_to_vec())
}
