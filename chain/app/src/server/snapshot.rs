//! The state-sync connection.

use tendermint_proto::v0_38::abci::{
    RequestApplySnapshotChunk, RequestLoadSnapshotChunk, RequestOfferSnapshot,
    ResponseApplySnapshotChunk, ResponseListSnapshots, ResponseLoadSnapshotChunk,
    ResponseOfferSnapshot, Snapshot, response_apply_snapshot_chunk::Result as Applied,
    response_offer_snapshot::Result as Offered,
};

use crate::{
    app::App,
    error::AppError,
    snapshot::{ChunkVerdict, FORMAT, Listed, OfferVerdict, OfferedSnapshot},
};

pub(super) fn list(app: &App) -> ResponseListSnapshots {
    let snapshot = |Listed { height, chunks, hash, metadata }| Snapshot {
        height,
        format: FORMAT,
        chunks,
        hash: hash.to_vec().into(),
        metadata: metadata.into(),
    };
    ResponseListSnapshots { snapshots: app.list_snapshots().into_iter().map(snapshot).collect() }
}

pub(super) fn offer(
    app: &App,
    request: RequestOfferSnapshot,
) -> Result<ResponseOfferSnapshot, AppError> {
    let Snapshot { height, format, chunks, hash, metadata } = request.snapshot.unwrap_or_default();
    let (hash, metadata) = (hash.to_vec(), metadata.to_vec());
    let offered = OfferedSnapshot { height, format, chunks, hash, metadata };
    let result = match app.offer_snapshot(&offered, &request.app_hash)? {
        OfferVerdict::Accept => Offered::Accept,
        OfferVerdict::Abort => Offered::Abort,
        OfferVerdict::Reject => Offered::Reject,
        OfferVerdict::RejectFormat => Offered::RejectFormat,
        OfferVerdict::RejectSender => Offered::RejectSender,
    };
    Ok(ResponseOfferSnapshot { result: result as i32 })
}

/// An empty chunk says that there is none.
pub(super) fn load_chunk(
    app: &App,
    request: RequestLoadSnapshotChunk,
) -> ResponseLoadSnapshotChunk {
    let RequestLoadSnapshotChunk { height, format, chunk } = request;
    let found = app.load_chunk(height, format, chunk).unwrap_or_default();
    ResponseLoadSnapshotChunk { chunk: found.into() }
}

pub(super) fn apply_chunk(
    app: &App,
    request: RequestApplySnapshotChunk,
) -> Result<ResponseApplySnapshotChunk, AppError> {
    let RequestApplySnapshotChunk { index, chunk, sender } = request;
    let answer = |result: Applied| ResponseApplySnapshotChunk {
        result: result as i32,
        ..ResponseApplySnapshotChunk::default()
    };
    Ok(match app.apply_chunk(index, &chunk)? {
        ChunkVerdict::Accept => answer(Applied::Accept),
        ChunkVerdict::RejectSnapshot => answer(Applied::RejectSnapshot),
        ChunkVerdict::Refetch => ResponseApplySnapshotChunk {
            refetch_chunks: vec![index],
            reject_senders: vec![sender],
            ..answer(Applied::Retry)
        },
    })
}
