//! The state-sync connection: no snapshots are taken or accepted yet.

use tendermint_proto::v0_38::abci::{
    ResponseApplySnapshotChunk, ResponseListSnapshots, ResponseLoadSnapshotChunk,
    ResponseOfferSnapshot, response_apply_snapshot_chunk, response_offer_snapshot,
};

pub(super) fn list() -> ResponseListSnapshots {
    ResponseListSnapshots::default()
}

pub(super) fn offer() -> ResponseOfferSnapshot {
    ResponseOfferSnapshot { result: response_offer_snapshot::Result::Reject as i32 }
}

pub(super) fn load_chunk() -> ResponseLoadSnapshotChunk {
    ResponseLoadSnapshotChunk::default()
}

pub(super) fn apply_chunk() -> ResponseApplySnapshotChunk {
    let result = response_apply_snapshot_chunk::Result::RejectSnapshot as i32;
    ResponseApplySnapshotChunk { result, ..ResponseApplySnapshotChunk::default() }
}
