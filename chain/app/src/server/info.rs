//! The query connection.

use tendermint_proto::v0_38::{
    abci::{RequestEcho, RequestQuery, ResponseEcho, ResponseInfo, ResponseQuery},
    crypto,
};

use crate::{
    app::App,
    error::AppError,
    query::{ProofOp, QueryRequest, QueryResponse},
};

pub(super) fn echo(request: RequestEcho) -> ResponseEcho {
    ResponseEcho { message: request.message }
}

pub(super) fn info(app: &App) -> Result<ResponseInfo, AppError> {
    let info = app.info()?;
    Ok(ResponseInfo {
        data: crate::NAME.to_owned(),
        version: crate::VERSION.to_owned(),
        app_version: info.app_version,
        last_block_height: i64::try_from(info.height).unwrap_or(i64::MAX),
        last_block_app_hash: info.app_hash.map(|hash| hash.to_vec()).unwrap_or_default().into(),
    })
}

pub(super) fn query(app: &App, request: RequestQuery) -> ResponseQuery {
    let RequestQuery { data, path, height, prove } = request;
    let request = QueryRequest { path, data: data.to_vec(), height, prove };
    let QueryResponse { code, codespace, log, key, value, height, proof_ops } = app.query(&request);
    ResponseQuery {
        code,
        log,
        key: key.into(),
        value: value.into(),
        height: i64::try_from(height).unwrap_or(i64::MAX),
        codespace,
        proof_ops: wire(proof_ops),
        ..ResponseQuery::default()
    }
}

fn wire(operations: Vec<ProofOp>) -> Option<crypto::ProofOps> {
    let wire = |ProofOp { kind, key, data }| crypto::ProofOp { r#type: kind.to_owned(), key, data };
    let ops: Vec<crypto::ProofOp> = operations.into_iter().map(wire).collect();
    (!ops.is_empty()).then_some(crypto::ProofOps { ops })
}
