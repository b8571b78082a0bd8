//! The database against a model that keeps every height in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use stoa_store::{
    Changes, Database, Entry, KeyRange, Options, Order, Snapshot, StoreError, StoreName,
};

const BANK: StoreName = StoreName("bank");
const BANKER: StoreName = StoreName("banker");

type State = BTreeMap<(StoreName, Vec<u8>), Vec<u8>>;

fn options(keep_recent: u64) -> Options {
    Options { keep_recent, prune_interval: 1, stores: vec![BANK, BANKER] }
}

fn walk(snapshot: &dyn Snapshot, store: StoreName, range: &KeyRange, order: Order) -> Vec<Entry> {
    let (mut rest, mut found) = (range.clone(), Vec::new());
    while let Some((key, value)) = snapshot.first(store, &rest, order).unwrap() {
        rest = rest.after(&key, order);
        found.push((key, value));
    }
    found
}

fn check(snapshot: &dyn Snapshot, state: &State, range: &KeyRange) {
    for store in [BANK, BANKER] {
        let inside = |((name, key), value): (&(StoreName, Vec<u8>), &Vec<u8>)| {
            (*name == store && range.contains(key)).then(|| (key.clone(), value.clone()))
        };
        let mut expected: Vec<Entry> = state.iter().filter_map(inside).collect();
        for (key, value) in &expected {
            assert_eq!(snapshot.get(store, key).unwrap().as_ref(), Some(value));
        }
        assert_eq!(walk(snapshot, store, range, Order::Ascending), expected);
        expected.reverse();
        assert_eq!(walk(snapshot, store, range, Order::Descending), expected);
    }
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(7), Just(0xff)], 0..4)
}

fn block() -> impl Strategy<Value = Vec<(bool, Vec<u8>, Option<Vec<u8>>)>> {
    let value = proptest::option::of(proptest::collection::vec(any::<u8>(), 0..3));
    proptest::collection::vec((any::<bool>(), key(), value), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Every held height reads as it was, in both directions, through reopening at random points; heights
    /// that are not held are refused; the stored trees commit to exactly the values.
    #[test]
    fn every_held_height_reads_as_it_was(
        blocks in proptest::collection::vec((block(), any::<bool>()), 1..14),
        keep_recent in prop_oneof![Just(0u64), Just(1), Just(3), Just(100)],
        start in key(), end in proptest::option::of(key()),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut database = Database::open(folder.path(), options(keep_recent)).unwrap();
        let (mut state, mut history) = (State::new(), BTreeMap::new());
        for (height, (writes, reopens)) in (5u64..).zip(blocks) {
            let mut changes = Changes::new();
            for (is_bank, key, value) in writes {
                let store = if is_bank { BANK } else { BANKER };
                changes.insert(store, key.clone(), value.clone());
                match value {
                    Some(value) => drop(state.insert((store, key), value)),
                    None => drop(state.remove(&(store, key))),
                }
            }
            let staged = database.stage(height, changes, vec![height as u8]).unwrap();
            let app_hash = database.commit(staged).unwrap();
            prop_assert_eq!(database.recompute_app_hash().unwrap(), app_hash);
            history.insert(height, (state.clone(), app_hash));
            if reopens {
                drop(database);
                database = Database::open(folder.path(), options(keep_recent)).unwrap();
            }
            let latest = database.latest().unwrap().unwrap();
            prop_assert_eq!((latest.height, latest.app_hash), (height, app_hash));
        }

        let range = KeyRange { start, end };
        let (earliest, latest) = database.heights().unwrap().unwrap();
        prop_assert_eq!(earliest, 5u64.max(latest.saturating_sub(keep_recent.max(1))));
        for (height, (state, app_hash)) in &history {
            let held = database.at(*height);
            if *height < earliest {
                let is_refused = matches!(held, Err(StoreError::UnknownHeight { .. }));
                prop_assert!(is_refused);
                continue;
            }
            let (record, snapshot) = held.unwrap();
            prop_assert_eq!((record.app_hash, record.note), (*app_hash, vec![*height as u8]));
            check(&*snapshot, state, &range);
            check(&*snapshot, state, &KeyRange::default());
        }
    }
}

#[test]
fn a_snapshot_never_changes_while_blocks_are_committed_and_pruned() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(folder.path(), options(1)).unwrap();
    let commit = |height: u64| {
        let mut changes = Changes::new();
        changes.insert(BANK, b"key".to_vec(), Some(height.to_be_bytes().to_vec()));
        database.commit(database.stage(height, changes, vec![]).unwrap()).unwrap();
    };
    (1..=3).for_each(commit);
    let latest = database.snapshot().unwrap();
    let (_, historic) = database.at(2).unwrap();
    (4..=40).for_each(commit);
    assert_eq!(latest.get(BANK, b"key").unwrap().unwrap(), 3u64.to_be_bytes());
    assert_eq!(historic.get(BANK, b"key").unwrap().unwrap(), 2u64.to_be_bytes());
    assert!(database.at(2).is_err());
}

#[test]
fn committing_a_height_twice_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(folder.path(), options(9)).unwrap();
    let staged = |height| database.stage(height, Changes::new(), vec![]);
    let (first, again) = (staged(7).unwrap(), staged(7).unwrap());
    database.commit(first).unwrap();
    assert!(matches!(
        database.commit(again),
        Err(StoreError::HeightOrder { latest: 7, actual: 7 })
    ));
    assert!(staged(6).is_err());
}

#[test]
fn a_commit_staged_before_another_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(folder.path(), options(9)).unwrap();
    let staged = |height| database.stage(height, Changes::new(), vec![]).unwrap();
    let (first, second) = (staged(1), staged(2));
    database.commit(first).unwrap();
    let refused = database.commit(second);
    assert!(matches!(refused, Err(StoreError::StaleStage { staged_on: 0, latest: 1 })));
    database.commit(staged(2)).unwrap();
}

#[test]
fn a_store_that_is_not_mounted_is_refused_whether_written_or_found() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(folder.path(), options(9)).unwrap();
    let mut changes = Changes::new();
    changes.insert(StoreName("other"), b"key".to_vec(), Some(vec![1]));
    let refused = database.stage(1, changes, vec![]);
    assert!(matches!(refused, Err(StoreError::UnknownStore { .. })));
    database.commit(database.stage(1, Changes::new(), vec![]).unwrap()).unwrap();
    drop(database);
    let reopened = Database::open(folder.path(), Options { stores: vec![BANK], ..options(9) });
    assert!(matches!(reopened, Err(StoreError::UnknownStore { .. })));
}

#[test]
fn a_store_mounted_later_begins_empty_and_changes_the_root() {
    let folder = tempfile::tempdir().unwrap();
    let open = |stores: &[StoreName]| {
        let options = Options { stores: stores.to_vec(), ..options(9) };
        Database::open(folder.path(), options).unwrap()
    };
    let next = |database: &Database, height| {
        database.commit(database.stage(height, Changes::new(), vec![]).unwrap()).unwrap()
    };
    let before = next(&open(&[BANK]), 1);
    let database = open(&[BANKER, BANK]);
    assert_eq!(database.latest().unwrap().unwrap().app_hash, before);
    assert_ne!(next(&database, 2), before);
    assert_eq!(database.roots(1).unwrap().len(), 1);
    assert_eq!(database.roots(2).unwrap().len(), 2);
}

#[test]
fn heights_are_forgotten_several_at_once_at_every_interval() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { prune_interval: 5, ..options(3) };
    let database = Database::open(folder.path(), options).unwrap();
    let (mut earliest, mut most_held) = (1, 0);
    for height in 1..=60u64 {
        let mut changes = Changes::new();
        for key in [0, height % 7] {
            changes.insert(BANK, vec![key as u8], Some(height.to_be_bytes().to_vec()));
        }
        database.commit(database.stage(height, changes, vec![]).unwrap()).unwrap();
        if height.is_multiple_of(5) {
            earliest = earliest.max(height.saturating_sub(3));
        }
        assert_eq!(database.heights().unwrap(), Some((earliest, height)));
        most_held = most_held.max(height - earliest);
        for held in earliest..=height {
            let (_, snapshot) = database.at(held).unwrap();
            assert_eq!(snapshot.get(BANK, &[0]).unwrap().unwrap(), held.to_be_bytes());
            database.prove(held, BANK, &[0]).unwrap();
        }
        assert!(database.at(earliest - 1).is_err());
    }
    assert_eq!(most_held, 7);
    assert_eq!(
        database.recompute_app_hash().unwrap(),
        database.latest().unwrap().unwrap().app_hash
    );
}
