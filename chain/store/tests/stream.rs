//! A state streamed from one database into another.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use proptest::prelude::*;
use stoa_store::{
    Changes, Database, Import, ImportError, ImportTarget, KeyRange, Options, Order, StoreName,
};

const STORES: [StoreName; 3] = [StoreName("acc"), StoreName("bank"), StoreName("wasm")];

type Block = Vec<(usize, Vec<u8>, Option<Vec<u8>>)>;

fn open(folder: &Path) -> Database {
    let options = Options { keep_recent: 3, prune_interval: 1, stores: STORES.to_vec() };
    Database::open(folder, options).unwrap()
}

fn commit(database: &Database, height: u64, block: &Block) -> [u8; 32] {
    let mut changes = Changes::new();
    for (store, key, value) in block {
        changes.insert(STORES[*store], key.clone(), value.clone());
    }
    database.commit(database.stage(height, changes, vec![7]).unwrap()).unwrap()
}

/// What a sender announces, and the stream.
fn exported(database: &Database) -> (ImportTarget, Vec<u8>) {
    let export = database.export().unwrap().unwrap();
    let mut bytes = Vec::new();
    export.write(&mut bytes).unwrap();
    let record = export.record();
    let (height, app_hash) = (record.height, record.app_hash);
    (ImportTarget { height, app_hash, roots: export.roots() }, bytes)
}

fn feed(mut import: Import, bytes: &[u8], piece: usize) -> Result<Import, ImportError> {
    bytes.chunks(piece).try_for_each(|piece| import.feed(piece))?;
    Ok(import)
}

fn import(
    database: &Database,
    target: &ImportTarget,
    bytes: &[u8],
    piece: usize,
) -> Result<(), ImportError> {
    let import = feed(database.import(target.clone())?, bytes, piece)?;
    database.finish_import(import, vec![7])
}

fn content(database: &Database) -> Vec<(StoreName, Vec<u8>, Vec<u8>)> {
    let (snapshot, mut found) = (database.snapshot().unwrap(), Vec::new());
    for store in STORES {
        let mut rest = KeyRange::default();
        while let Some((key, value)) = snapshot.first(store, &rest, Order::Ascending).unwrap() {
            rest = rest.after(&key, Order::Ascending);
            found.push((store, key, value));
        }
    }
    found
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(7), Just(0xff)], 0..4)
}

fn blocks(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Block>> {
    let value = proptest::option::weighted(0.8, proptest::collection::vec(any::<u8>(), 0..9));
    let block = proptest::collection::vec((0..STORES.len(), key(), value), 0..24);
    proptest::collection::vec(block, count)
}

fn example() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path());
    for height in 1..=9u64 {
        let write = |number: u64| {
            let key = (number * height % 23).to_be_bytes().to_vec();
            let value = (!number.is_multiple_of(5)).then(|| vec![height as u8; number as usize]);
            ((number % 2) as usize, key, value)
        };
        commit(&database, height, &(0..20).map(write).collect());
    }
    (folder, database)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The other database has the same values, proofs and stream, and goes on to the same roots, also after
    /// it was closed.
    #[test]
    fn an_imported_state_is_the_same_and_goes_on_alike(
        before in blocks(1..8), after in blocks(1..6), piece in 1usize..64, reopens: bool,
    ) {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let sender = open(folders[0].path());
        let last = before.len() as u64;
        for (height, block) in (1..).zip(&before) {
            commit(&sender, height, block);
        }
        let (target, bytes) = exported(&sender);
        let mut receiver = open(folders[1].path());
        import(&receiver, &target, &bytes, piece).unwrap();
        if reopens {
            drop(receiver);
            receiver = open(folders[1].path());
        }
        prop_assert_eq!(receiver.latest().unwrap(), sender.latest().unwrap());
        prop_assert_eq!(receiver.heights().unwrap(), Some((last, last)));
        prop_assert_eq!(receiver.recompute_app_hash().unwrap(), target.app_hash);
        prop_assert_eq!(content(&receiver), content(&sender));
        prop_assert_eq!(exported(&receiver), (target, bytes));
        for probe in [&b"\x01"[..], b"\x07\x07", b"\x00", b"absent"] {
            for store in STORES {
                let proofs = [&sender, &receiver].map(|it| it.prove(last, store, probe).unwrap());
                prop_assert_eq!(&proofs[0], &proofs[1]);
            }
        }
        for (height, block) in (last + 1..).zip(&after) {
            prop_assert_eq!(commit(&sender, height, block), commit(&receiver, height, block));
            prop_assert_eq!(content(&receiver), content(&sender));
        }
        let end = last + after.len() as u64;
        prop_assert_eq!(receiver.recompute_app_hash().unwrap(), sender.latest().unwrap().unwrap().app_hash);
        for height in last.max(end.saturating_sub(3))..=end {
            let proofs = [&sender, &receiver].map(|it| it.prove(height, STORES[1], b"\x01").unwrap());
            prop_assert_eq!(&proofs[0], &proofs[1]);
        }
    }

    /// Whatever is changed in a stream, nothing panics and nothing becomes visible; afterwards the true
    /// stream is taken.
    #[test]
    fn a_stream_that_was_changed_is_never_taken(
        place: proptest::sample::Index, byte: u8, kind in 0u8..4, other: proptest::sample::Index,
    ) {
        let (_folder, sender) = example();
        let (target, bytes) = exported(&sender);
        let (place, other) = (place.index(bytes.len()), other.index(bytes.len()));
        let mut changed = bytes.clone();
        match kind {
            0 => changed[place] = byte,
            1 => changed.truncate(place),
            2 => changed.insert(place, byte),
            _ => changed.swap(place, other),
        }
        let folder = tempfile::tempdir().unwrap();
        let receiver = open(folder.path());
        if changed != bytes {
            let refused = import(&receiver, &target, &changed, 50).unwrap_err();
            prop_assert!(!refused.is_own(), "{refused}");
            prop_assert!(receiver.latest().unwrap().is_none());
            prop_assert!(content(&receiver).is_empty());
        }
        import(&receiver, &target, &bytes, 50).unwrap();
        prop_assert_eq!(content(&receiver), content(&sender));
    }
}

#[test]
fn a_state_is_streamed_as_it_was_while_blocks_go_on() {
    let (_folder, sender) = example();
    let (target, bytes) = exported(&sender);
    let export = sender.export().unwrap().unwrap();
    for height in 10..=30 {
        commit(&sender, height, &vec![(1, vec![height as u8], Some(vec![1])), (0, vec![], None)]);
    }
    let mut late = Vec::new();
    export.write(&mut late).unwrap();
    assert_eq!((export.record().height, late), (target.height, bytes));
}

#[test]
fn a_process_that_dies_during_an_import_leaves_an_empty_database() {
    let (_folder, sender) = example();
    let (target, bytes) = exported(&sender);
    let folder = tempfile::tempdir().unwrap();
    let receiver = open(folder.path());
    let half = feed(receiver.import(target.clone()).unwrap(), &bytes[..bytes.len() / 2], 64);
    drop((half.unwrap(), receiver));
    let receiver = open(folder.path());
    assert!(receiver.latest().unwrap().is_none() && content(&receiver).is_empty());
    import(&receiver, &target, &bytes, 64).unwrap();
    assert_eq!(receiver.recompute_app_hash().unwrap(), target.app_hash);
}

#[test]
fn a_chain_that_begins_after_half_an_import_has_nothing_of_it() {
    let (_folder, sender) = example();
    let (target, bytes) = exported(&sender);
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (receiver, clean) = (open(folders[0].path()), open(folders[1].path()));
    drop(feed(receiver.import(target.clone()).unwrap(), &bytes[..bytes.len() / 2], 64).unwrap());
    let block = vec![(1, vec![1], Some(vec![1]))];
    assert_eq!(commit(&receiver, 1, &block), commit(&clean, 1, &block));
    assert_eq!(content(&receiver), content(&clean));
    assert_eq!(receiver.recompute_app_hash().unwrap(), clean.latest().unwrap().unwrap().app_hash);
    let refused = receiver.import(target).unwrap_err();
    assert!(matches!(refused, ImportError::NotEmpty { latest: 1 }) && refused.is_own());
}

#[test]
fn roots_that_do_not_lead_to_the_app_hash_are_refused_before_any_byte() {
    let (_folder, sender) = example();
    let (target, _) = exported(&sender);
    let folder = tempfile::tempdir().unwrap();
    let receiver = open(folder.path());
    let mut wrong_root = target.clone();
    wrong_root.roots.insert("bank".to_owned(), [1; 32]);
    let mut less = target.clone();
    less.roots.remove("wasm");
    let mut more = target.clone();
    more.roots.insert("zzz".to_owned(), [1; 32]);
    let other_hash = ImportTarget { app_hash: [1; 32], ..target };
    for wrong in [wrong_root, less, more, other_hash] {
        assert!(matches!(receiver.import(wrong), Err(ImportError::AppHash)));
    }
}

/// Parts of a stream, written by hand: keys and values of one byte, all of version 1.
mod part {
    pub const INNER: [u8; 2] = [1, 1];
    pub const END: [u8; 1] = [3];

    pub fn store(name: &str) -> Vec<u8> {
        [&[2, name.len() as u8], name.as_bytes()].concat()
    }

    pub fn leaf(key: u8) -> Vec<u8> {
        vec![0, 1, 1, key, 1, 7]
    }
}

#[test]
fn streams_that_are_no_state_are_refused_for_what_they_are() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let sender = open(folders[0].path());
    commit(&sender, 1, &vec![(1, vec![1], Some(vec![7])), (1, vec![2], Some(vec![7]))]);
    let (target, bytes) = exported(&sender);
    let [acc, bank, wasm] = ["acc", "bank", "wasm"].map(part::store);
    let pair = [part::leaf(1), part::leaf(2), part::INNER.to_vec()].concat();
    let all = |parts: &[&[u8]]| parts.concat();
    assert_eq!(all(&[&acc, &bank, &pair, &wasm, &part::END]), bytes);

    let receiver = open(folders[1].path());
    let refused = |stream: Vec<u8>| {
        let error = import(&receiver, &target, &stream, 3).unwrap_err();
        assert!(receiver.latest().unwrap().is_none() && !error.is_own());
        error.to_string()
    };
    let stores = "the stores are not those that are mounted, each once and in order";
    let end = "the stream does not end where it should";
    let many: Vec<u8> = (0..=100).flat_map(part::leaf).collect();
    let (two, one) =
        ([part::leaf(2), part::leaf(1)].concat(), [part::leaf(1), part::leaf(1)].concat());
    for (stream, expected) in [
        (all(&[&acc, &bank, &pair, &bank, &pair]), stores),
        (all(&[&bank, &pair]), stores),
        (all(&[&part::leaf(1)]), stores),
        (all(&[&part::INNER]), stores),
        (all(&[&acc, &bank, &pair, &part::END]), end),
        (all(&[&bytes, &part::END]), end),
        (all(&[&bytes, &[9]]), "no part of a stream begins with byte 9"),
        (bytes[..bytes.len() - 1].to_vec(), end),
        (vec![], end),
        (all(&[&acc, &bank, &two]), "store bank: a key does not come after the one before it"),
        (all(&[&acc, &bank, &one]), "store bank: a key does not come after the one before it"),
        (all(&[&acc, &bank, &many]), "store bank: more than 96 subtrees without a node above them"),
        (
            all(&[&acc, &bank, &part::leaf(1), &part::INNER]),
            "store bank: an inner node lacks a child",
        ),
        (all(&[&acc, &bank, &wasm]), "store bank has another root than announced"),
        (all(&[&acc, &part::leaf(1), &bank]), "store acc has another root than announced"),
        (all(&[&acc, &bank, &[1, 2]]), "store bank: an inner node lacks a child"),
        (all(&[&acc, &bank, &[0, 2, 0, 0]]), "store bank: a node of version 2 cannot be there"),
    ] {
        assert_eq!(refused(stream), expected);
    }
    import(&receiver, &target, &bytes, 3).unwrap();
}
