//! Questions to the application by its own paths, through CometBFT.

use cosmos_sdk_proto::cosmos::base::tendermint::v1beta1::{
    AbciQueryRequest, AbciQueryResponse, ProofOp, ProofOps,
};
use prost::Message as _;
use tendermint::block::Height;
use tendermint_rpc::{Client as _, HttpClient};

use super::{failed, read};
use crate::status::Status;

/// Beginnings of paths that may be asked for: gRPC methods have their own way in.
const ALLOWED: [&str; 4] = ["app", "store", "p2p", "custom"];

pub(super) async fn run(rpc: &HttpClient, data: &[u8]) -> Result<Vec<u8>, Status> {
    let request: AbciQueryRequest = read(data)?;
    if request.path.is_empty() {
        return Err(Status::invalid("empty query path"));
    }
    let first = request.path.trim_start_matches('/').split('/').next().unwrap_or_default();
    if !ALLOWED.contains(&first) {
        return Err(Status::invalid(format!("unsupported ABCI query path: {}", request.path)));
    }
    let height = match request.height {
        0 => None,
        height => Some(
            Height::try_from(height)
                .map_err(|_| Status::invalid("cannot query with height < 0"))?,
        ),
    };
    let found = rpc
        .abci_query(Some(request.path), request.data, height, request.prove)
        .await
        .map_err(failed)?;
    let operation = |op: tendermint::merkle::proof::ProofOp| ProofOp {
        r#type: op.field_type,
        key: op.key,
        data: op.data,
    };
    Ok(AbciQueryResponse {
        code: found.code.value(),
        log: found.log,
        info: found.info,
        index: found.index,
        key: found.key,
        value: found.value,
        proof_ops: found
            .proof
            .map(|proof| ProofOps { ops: proof.ops.into_iter().map(operation).collect() }),
        height: i64::try_from(found.height.value()).unwrap_or(i64::MAX),
        codespace: found.codespace,
    }
    .encode_to_vec())
}
