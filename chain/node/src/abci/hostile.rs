//! Bytes that no CometBFT sends, on a connection: it ends or answers, and never takes the node along.

use std::{
    io::Write as _,
    sync::{Arc, OnceLock},
};

use proptest::prelude::*;
use prost::Message as _;
use stoa_app::{App, AppConfig, ante::AnteParams};
use stoa_fuzz::{allocation::measured, byte_edits, edit_bytes, edit_fields, field_edits};
use tempfile::TempDir;
use tendermint_proto::v0_38::abci::{
    Request, RequestApplySnapshotChunk, RequestCheckTx, RequestEcho, RequestFlush, RequestInfo,
    RequestListSnapshots, RequestLoadSnapshotChunk, RequestOfferSnapshot, RequestQuery, Snapshot,
    request::Value as Ask,
};
use tokio::{runtime::Runtime, sync::watch};

use super::{connection, frame};

/// Most bytes that a length may make the node hold before they have arrived, and buffers beside.
const MOST_BYTES: usize = 512 * 1024;

struct Node {
    app: Arc<App>,
    runtime: Runtime,
    _folder: TempDir,
}

fn node() -> &'static Node {
    static NODE: OnceLock<Node> = OnceLock::new();
    NODE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let config = AppConfig {
            pruning: stoa_app::Pruning { keep_recent: 1, interval: 1 },
            min_retain_blocks: 0,
            snapshots: stoa_app::snapshot::Schedule::NEVER,
            ante: AnteParams::default(),
            beacon: None,
            upgrades: stoa_app::known_upgrades(),
            cores: None,
        };
        let app = Arc::new(App::open(folder.path(), config).unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        Node { app, runtime, _folder: folder }
    })
}

/// What strangers can make CometBFT send, and what it sends by itself without a chain.
fn requests() -> Vec<Ask> {
    let query = RequestQuery {
        data: vec![1, 2, 3].into(),
        path: "/cosmos.bank.v1beta1.Query/Balance".to_owned(),
        height: 3,
        prove: true,
    };
    let snapshot = Snapshot {
        height: 3,
        format: 1,
        chunks: 2,
        hash: vec![9; 32].into(),
        ..Default::default()
    };
    vec![
        Ask::Query(query),
        Ask::CheckTx(RequestCheckTx { tx: vec![7; 90].into(), r#type: 1 }),
        Ask::Echo(RequestEcho { message: "hello".to_owned() }),
        Ask::Info(RequestInfo { version: "0.38".to_owned(), ..RequestInfo::default() }),
        Ask::Flush(RequestFlush {}),
        Ask::ListSnapshots(RequestListSnapshots {}),
        Ask::OfferSnapshot(RequestOfferSnapshot {
            snapshot: Some(snapshot),
            app_hash: vec![1; 32].into(),
        }),
        Ask::ApplySnapshotChunk(RequestApplySnapshotChunk {
            index: 0,
            chunk: vec![5; 60].into(),
            sender: "stranger".to_owned(),
        }),
        Ask::LoadSnapshotChunk(RequestLoadSnapshotChunk { height: 3, format: 1, chunk: 9 }),
    ]
}

/// Serves a connection that sends `bytes` and closes.
fn serve(bytes: &[u8]) {
    let node = node();
    let (_keep, shutdown) = watch::channel(false);
    let mut answers = Vec::new();
    let run = connection::run(Arc::clone(&node.app), bytes, &mut answers, shutdown);
    let (outcome, held) = measured(|| node.runtime.block_on(run));
    assert!(held <= bytes.len() * 16 + MOST_BYTES, "{held} bytes are held for {}", bytes.len());
    // Only what consensus itself asks may halt the node, and nobody else speaks for it.
    let is_of_consensus = outcome.as_ref().is_err_and(|error| {
        let text = error.to_string();
        text.contains("InitChain") || text.contains("without a known kind")
    });
    assert!(outcome.is_ok() || is_of_consensus, "{outcome:?}");
}

fn framed(request: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    prost::encoding::encode_varint(request.len() as u64, &mut bytes);
    bytes.write_all(request).unwrap();
    bytes
}

#[test]
fn lengths_that_lie_take_no_memory() {
    for length in [1 << 16, 1 << 24, 256 << 20, u64::from(u32::MAX), u64::MAX] {
        let mut bytes = Vec::new();
        prost::encoding::encode_varint(length, &mut bytes);
        bytes.extend([0x32, 1, 2, 3]);
        let (outcome, held) = measured(|| node().runtime.block_on(frame::read(&mut &*bytes)));
        assert!(outcome.is_err() && held <= MOST_BYTES, "{length}: {held} bytes");
    }
}

#[test]
fn requests_that_come_together_are_answered_in_their_order() {
    let admission = |number: u8| {
        Ask::CheckTx(RequestCheckTx {
            tx: vec![number; 90].into(),
            r#type: i32::from(number % 7 == 6),
        })
    };
    let echo = |number: u8| Ask::Echo(RequestEcho { message: number.to_string() });
    let asks: Vec<Ask> =
        (0..200).map(|n| if n % 23 == 22 { echo(n) } else { admission(n) }).collect();
    let mut stream = Vec::new();
    for ask in &asks {
        stream.extend(framed(&Request { value: Some(ask.clone()) }.encode_to_vec()));
    }
    let node = node();
    let (_keep, shutdown) = watch::channel(false);
    let mut answers = Vec::new();
    let run = connection::run(Arc::clone(&node.app), stream.as_slice(), &mut answers, shutdown);
    node.runtime.block_on(run).unwrap();
    let expected = asks.into_iter().flat_map(|ask| {
        let answer = stoa_app::server::answer(&node.app, Request { value: Some(ask) }).unwrap();
        framed(&answer.encode_to_vec())
    });
    assert_eq!(answers, expected.collect::<Vec<u8>>());
}

proptest! {
    #[test]
    fn changed_requests_are_answered_or_end_the_connection(
        request: prop::sample::Index, fields in field_edits(), bytes in byte_edits(), on_frame: bool,
    ) {
        let requests = requests();
        let good = Request { value: Some(request.get(&requests).clone()) }.encode_to_vec();
        // The kind stays what it is: what is inside is the stranger's.
        let inner_start = good.len() - inner(&good).len();
        let changed = [&good[..1], &framed(&edit_fields(&good[inner_start..], &fields))].concat();
        let mut stream = framed(&changed);
        if on_frame {
            stream = edit_bytes(&stream, &bytes);
        }
        serve(&[stream, framed(&good)].concat());
    }

    #[test]
    fn random_bytes_end_the_connection(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        serve(&bytes);
    }
}

/// The content of the one field of a request.
fn inner(request: &[u8]) -> &[u8] {
    let mut rest = &request[1..];
    prost::encoding::decode_varint(&mut rest).unwrap();
    rest
}
