//! Queries of `cosmos.slashing.v1beta1` and `cosmos.evidence.v1beta1`.

use cosmos_sdk_proto::{
    Any,
    cosmos::{
        evidence::v1beta1::{
            QueryAllEvidenceRequest, QueryAllEvidenceResponse, QueryEvidenceRequest,
            QueryEvidenceResponse,
        },
        slashing::v1beta1::{
            QueryParamsRequest, QueryParamsResponse, QuerySigningInfoRequest,
            QuerySigningInfoResponse, QuerySigningInfosRequest, QuerySigningInfosResponse,
            ValidatorSigningInfo,
        },
    },
};
use prost::Message as _;

use super::{EVIDENCE_STORE, STORE, SlashingError, state_key, view};
use crate::{
    core::{Context, ModuleError},
    router::{QueryError, page, read_request},
    validators::ConsensusAddress,
};

/// Answers `path` with protobuf bytes, if it is one of this module's.
pub fn query(ctx: &Context, path: &str, data: &[u8]) -> Option<Result<Vec<u8>, ModuleError>> {
    if let Some(method) = path.strip_prefix("/cosmos.evidence.v1beta1.Query/") {
        return match method {
            "Evidence" => Some(evidence(ctx, data)),
            "AllEvidence" => Some(all_evidence(ctx, data)),
            _ => None,
        };
    }
    match path.strip_prefix("/cosmos.slashing.v1beta1.Query/")? {
        "Params" => Some(params(ctx, data)),
        "SigningInfo" => Some(signing_info(ctx, data)),
        "SigningInfos" => Some(signing_infos(ctx, data)),
        _ => None,
    }
}

fn params(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    read_request::<QueryParamsRequest>(data)?;
    let params = Some(view::params(ctx)?.to_proto());
    Ok(QueryParamsResponse { params }.encode_to_vec())
}

fn signing_info(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let text = read_request::<QuerySigningInfoRequest>(data)?.cons_address;
    let validator = ConsensusAddress::from_bech32(&text).map_err(QueryError::invalid)?;
    let missing = || QueryError::NotFound { what: format!("SigningInfo for validator {text}") };
    let val_signing_info = Some(view::signing_info(ctx, &validator)?.ok_or_else(missing)?);
    Ok(QuerySigningInfoResponse { val_signing_info }.encode_to_vec())
}

fn signing_infos(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QuerySigningInfosRequest = read_request(data)?;
    let mut info = Vec::new();
    let asked = request.pagination.as_ref();
    let pagination = page(ctx, STORE, state_key::INFOS, asked, |_, bytes| {
        info.push(ValidatorSigningInfo::decode(bytes).map_err(|_| SlashingError::Corrupt)?);
        Ok(())
    })?;
    let pagination = Some(pagination);
    Ok(QuerySigningInfosResponse { info, pagination }.encode_to_vec())
}

fn evidence(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let text = read_request::<QueryEvidenceRequest>(data)?.hash;
    let hash = hex::decode(&text).map_err(|_| QueryError::invalid("evidence hash is invalid"))?;
    let missing = || QueryError::NotFound { what: format!("evidence {text}") };
    let bytes = ctx.get(EVIDENCE_STORE, &state_key::evidence(&hash))?.ok_or_else(missing)?;
    let any = Any::decode(bytes.as_slice()).map_err(|_| SlashingError::Corrupt)?;
    Ok(QueryEvidenceResponse { evidence: Some(any) }.encode_to_vec())
}

fn all_evidence(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QueryAllEvidenceRequest = read_request(data)?;
    let (mut evidence, asked) = (Vec::new(), request.pagination.as_ref());
    let pagination = page(ctx, EVIDENCE_STORE, state_key::EVIDENCES, asked, |_, bytes| {
        evidence.push(Any::decode(bytes).map_err(|_| SlashingError::Corrupt)?);
        Ok(())
    })?;
    let pagination = Some(pagination);
    Ok(QueryAllEvidenceResponse { evidence, pagination }.encode_to_vec())
}
