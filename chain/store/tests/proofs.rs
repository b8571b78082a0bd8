//! Proofs as a light client verifies them: with the `ics23` crate and the SDK's two specs.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use ics23::{
    HostFunctionsManager, commitment_proof::Proof, iavl_spec, tendermint_spec, verify_membership,
    verify_non_membership,
};
use proptest::prelude::*;
use stoa_store::{Changes, Database, Options, Proven, StoreError, StoreName};

const BANK: StoreName = StoreName("bank");
const STORES: [StoreName; 3] = [StoreName("acc"), BANK, StoreName("wasm")];

type State = BTreeMap<Vec<u8>, Vec<u8>>;

struct Chain {
    database: Database,
    _folder: tempfile::TempDir,
}

impl Chain {
    fn new(keep_recent: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { keep_recent, prune_interval: 1, stores: STORES.to_vec() };
        Self { database: Database::open(folder.path(), options).unwrap(), _folder: folder }
    }

    /// Commits the next height.
    fn commit(&self, writes: impl IntoIterator<Item = (Vec<u8>, Option<Vec<u8>>)>) -> u64 {
        let height = self.database.latest().unwrap().map_or(1, |record| record.height + 1);
        let mut changes = Changes::new();
        for (key, value) in writes {
            changes.insert(BANK, key, value);
        }
        self.database.commit(self.database.stage(height, changes, vec![]).unwrap()).unwrap();
        height
    }

    /// Checks the proof of `key` at `height` against the app hash, and that it proves nothing else.
    fn check(&self, height: u64, key: &[u8], expected: Option<&[u8]>) {
        let proven = self.database.prove(height, BANK, key).unwrap();
        let (record, _) = self.database.at(height).unwrap();
        assert_eq!(proven.value.as_deref(), expected);
        assert!(verifies(&proven, &record.app_hash, key, expected), "{key:?} at {height}");
        assert!(!verifies(&proven, &[7; 32], key, expected));
        match expected {
            Some(value) => {
                assert!(!verifies(&proven, &record.app_hash, key, None));
                let neighbour = [key, &[0][..]].concat();
                assert!(!verifies(&proven, &record.app_hash, &neighbour, expected));
                let other = [value, &[0][..]].concat();
                assert!(!verifies(&proven, &record.app_hash, key, Some(&other)));
            }
            None => assert!(!verifies(&proven, &record.app_hash, key, Some(&[1]))),
        }
    }
}

/// What a light client does: the key in the store, the store in the app hash.
fn verifies(proven: &Proven, app_hash: &[u8; 32], key: &[u8], value: Option<&[u8]>) -> bool {
    let Some(Proof::Exist(store)) = &proven.of_store.proof else { return false };
    let (root, app_hash) = (store.value.clone(), app_hash.to_vec());
    let in_store = match value {
        Some(value) => verify_membership::<HostFunctionsManager>(
            &proven.in_store,
            &iavl_spec(),
            &root,
            key,
            value,
        ),
        None => verify_non_membership::<HostFunctionsManager>(
            &proven.in_store,
            &iavl_spec(),
            &root,
            key,
        ),
    };
    let (spec, name) = (tendermint_spec(), BANK.0.as_bytes());
    let of_store = &proven.of_store;
    in_store && verify_membership::<HostFunctionsManager>(of_store, &spec, &app_hash, name, &root)
}

fn write(key: &[u8], value: &[u8]) -> (Vec<u8>, Option<Vec<u8>>) {
    (key.to_vec(), Some(value.to_vec()))
}

#[test]
fn a_store_of_one_key_proves_it_and_its_neighbours_absent() {
    let chain = Chain::new(9);
    let height = chain.commit([write(b"m", b"1")]);
    chain.check(height, b"m", Some(b"1"));
    chain.check(height, b"a", None);
    chain.check(height, b"z", None);
}

#[test]
fn a_store_of_two_keys_proves_both_and_what_lies_around_and_between() {
    let chain = Chain::new(9);
    let height = chain.commit([write(b"f", b"1"), write(b"m", b"2")]);
    chain.check(height, b"f", Some(b"1"));
    chain.check(height, b"m", Some(b"2"));
    for absent in [&b"a"[..], b"g", b"z"] {
        chain.check(height, absent, None);
    }
}

#[test]
fn a_deleted_key_is_proven_absent_and_proven_present_at_the_height_before() {
    let chain = Chain::new(9);
    let before = chain.commit([write(b"a", b"1"), write(b"b", b"2"), write(b"c", b"3")]);
    let after = chain.commit([(b"b".to_vec(), None)]);
    chain.check(before, b"b", Some(b"2"));
    chain.check(after, b"b", None);
    chain.check(after, b"c", Some(b"3"));
}

#[test]
fn an_empty_store_is_proven_in_the_app_hash_but_its_keys_have_no_neighbours() {
    let chain = Chain::new(9);
    let height = chain.commit([]);
    let proven = chain.database.prove(height, BANK, b"key").unwrap();
    let Some(Proof::Nonexist(absent)) = &proven.in_store.proof else { panic!("{proven:?}") };
    assert_eq!((absent.key.as_slice(), &absent.left, &absent.right), (&b"key"[..], &None, &None));
    let (record, _) = chain.database.at(height).unwrap();
    assert!(!verifies(&proven, &record.app_hash, b"key", None));
    let nothing = chain.database.roots(height).unwrap()["bank"];
    assert!(verify_membership::<HostFunctionsManager>(
        &proven.of_store,
        &tendermint_spec(),
        &record.app_hash.to_vec(),
        b"bank",
        &nothing
    ));
}

#[test]
fn heights_that_are_not_held_and_stores_that_do_not_exist_are_refused() {
    let chain = Chain::new(1);
    for round in 0..5u8 {
        chain.commit([write(b"key", &[round])]);
    }
    let prove = |height, store| chain.database.prove(height, StoreName(store), b"key");
    assert!(matches!(prove(3, "bank"), Err(StoreError::UnknownHeight { earliest: 4, .. })));
    assert!(matches!(prove(6, "bank"), Err(StoreError::UnknownHeight { latest: 5, .. })));
    assert!(matches!(prove(5, "nope"), Err(StoreError::UnknownStore { .. })));
    assert!(prove(4, "bank").is_ok());
}

#[test]
fn proofs_are_sound_while_blocks_are_committed_and_pruned() {
    let chain = Chain::new(2);
    let block = |round: u64| (0..9u64).map(move |key| write(&[(key * round % 23) as u8], b"value"));
    chain.commit(block(1));
    let mut proven_heights = 0;
    std::thread::scope(|scope| {
        let commits =
            scope.spawn(|| (2..80).for_each(|round| assert!(chain.commit(block(round)) > 0)));
        while !commits.is_finished() {
            let latest = chain.database.latest().unwrap().unwrap().height;
            for height in latest.saturating_sub(2)..=latest + 1 {
                let (record, proven) =
                    (chain.database.at(height), chain.database.prove(height, BANK, b"key"));
                match (record, proven) {
                    (Ok((record, _)), Ok(proven)) => {
                        assert!(verifies(&proven, &record.app_hash, b"key", None), "{height}");
                        proven_heights += 1;
                    }
                    (record, proven) => {
                        for refusal in [record.err(), proven.err()].into_iter().flatten() {
                            assert!(matches!(refusal, StoreError::UnknownHeight { .. }));
                        }
                    }
                }
            }
        }
    });
    assert!(proven_heights > 0);
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(0xff), any::<u8>()], 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Every key that ever was and some that never were, at every height held, pruned and reopened.
    #[test]
    fn every_key_is_proven_as_it_was_at_every_height_held(
        blocks in proptest::collection::vec(
            proptest::collection::btree_map(
                key(), proptest::option::weighted(0.7, proptest::collection::vec(any::<u8>(), 1..3)), 0..40,
            ), 1..8,
        ),
        absent in proptest::collection::btree_set(key(), 1..10), keep_recent in 1u64..8,
    ) {
        let chain = Chain::new(keep_recent);
        let (mut state, mut history, mut keys) = (State::new(), BTreeMap::new(), absent);
        for changes in blocks {
            keys.extend(changes.keys().cloned());
            let height = chain.commit(changes.clone());
            for (key, value) in changes {
                match value {
                    Some(value) => drop(state.insert(key, value)),
                    None => drop(state.remove(&key)),
                }
            }
            history.insert(height, state.clone());
        }
        let (earliest, latest) = chain.database.heights().unwrap().unwrap();
        for height in earliest..=latest {
            let state = &history[&height];
            for key in keys.iter().filter(|_| !state.is_empty()) {
                chain.check(height, key, state.get(key).map(Vec::as_slice));
            }
        }
    }
}
