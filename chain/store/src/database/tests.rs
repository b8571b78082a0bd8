use fjall::Readable as _;

use super::*;
use crate::Changes;

const BANK: StoreName = StoreName("bank");
const WASM: StoreName = StoreName("wasm");

fn open(folder: &Path, stores: &[StoreName]) -> Database {
    Database::open(folder, Options { keep_recent: 1, prune_interval: 1, stores: stores.to_vec() })
        .unwrap()
}

fn commit(database: &Database, height: u64, stores: &[StoreName]) {
    let mut changes = Changes::new();
    for number in 0..20u64 {
        let key = (number * height % 31).to_be_bytes().to_vec();
        let value = (!number.is_multiple_of(3)).then(|| height.to_be_bytes().to_vec());
        for store in stores {
            changes.insert(*store, key.clone(), value.clone());
        }
    }
    database.commit(database.stage(height, changes, vec![]).unwrap()).unwrap();
}

/// Everything under `keyspace`.
fn content(database: &Database, keyspace: &Keyspace) -> Vec<(Vec<u8>, Vec<u8>)> {
    database.writer.lock().unwrap().wait().unwrap();
    let pair = |entry: fjall::Guard| entry.into_inner().map(|(k, v)| (k.to_vec(), v.to_vec()));
    database.engine.snapshot().iter(keyspace).map(|entry| pair(entry).unwrap()).collect()
}

/// What a crash leaves that comes after the commit of `height` and before anything is written behind it.
fn lose_what_follows(database: &Database, height: u64) {
    database.writer.lock().unwrap().wait().unwrap();
    let mut batch = database.engine.batch();
    for (key, _) in content(database, &database.keyspaces.nodes) {
        let version = &key[key.len() - 12..key.len() - 4];
        if version == height.to_be_bytes() {
            batch.remove(&database.keyspaces.nodes, key);
        }
    }
    for (key, _) in content(database, &database.keyspaces.versions) {
        if key.ends_with(&(!height).to_be_bytes()) {
            batch.remove(&database.keyspaces.versions, key);
        }
    }
    for store in &database.options.stores {
        batch.remove(&database.keyspaces.meta, meta::orphans_key(height, *store));
    }
    batch.remove(&database.keyspaces.meta, meta::trees_key(height));
    batch.commit().unwrap();
}

#[test]
fn what_a_crash_lost_behind_a_commit_is_computed_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = open(folder.path(), &[BANK, WASM]);
    for height in 1..=5 {
        commit(&database, height, &[BANK, WASM]);
    }
    let of = |database: &Database| {
        let Keyspaces { latest, versions, touched, nodes, meta } = &database.keyspaces;
        [latest, versions, touched, nodes, meta].map(|keyspace| content(database, keyspace))
    };
    let before = of(&database);
    lose_what_follows(&database, 5);
    assert_ne!(of(&database), before);
    drop(database);
    database = open(folder.path(), &[BANK, WASM]);
    assert_eq!(of(&database), before);
    assert_eq!(
        database.recompute_app_hash().unwrap(),
        database.latest().unwrap().unwrap().app_hash
    );
    commit(&database, 6, &[BANK, WASM]);
}

#[test]
fn a_commit_that_begins_a_store_never_depends_on_nodes_written_later() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path(), &[BANK]);
    commit(&database, 1, &[BANK]);
    assert!(database.writer.lock().unwrap().is_idle());
    commit(&database, 2, &[BANK]);
    assert!(!database.writer.lock().unwrap().is_idle());
    drop(database);
    let database = open(folder.path(), &[BANK, WASM]);
    commit(&database, 3, &[WASM]);
    assert!(database.writer.lock().unwrap().is_idle());
}
