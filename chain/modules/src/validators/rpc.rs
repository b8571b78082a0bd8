//! Queries of `stoa.validators.v1`.

use std::collections::BTreeMap;

use prost::Message;
use stoa_proto::validators::v1::{
    QueryValidatorsRequest, QueryValidatorsResponse, ValidatorStatus,
};

use super::{ConsensusAddress, Record, view};
use crate::{
    core::{Context, ModuleError},
    router::QueryError,
};

/// Answers `path` with protobuf bytes, if it is one of this module's.
pub fn query(ctx: &Context, path: &str, data: &[u8]) -> Option<Result<Vec<u8>, ModuleError>> {
    match path.strip_prefix("/stoa.validators.v1.Query/")? {
        "Validators" => Some(validators(ctx, data)),
        _ => None,
    }
}

fn validators(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    QueryValidatorsRequest::decode(data).map_err(QueryError::invalid)?;
    let voting: BTreeMap<ConsensusAddress, u64> =
        view::latest(ctx)?.into_iter().map(|voter| (voter.address(), voter.power)).collect();
    let status = |record: Record| ValidatorStatus {
        address: record.address().to_bech32(),
        voting_power: voting.get(&record.address()).copied().unwrap_or(0),
        validator: Some(record.to_proto()),
    };
    let validators = view::records(ctx)?.into_iter().map(status).collect();
    Ok(QueryValidatorsResponse { validators }.encode_to_vec())
}
