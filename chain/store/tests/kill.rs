//! A process that commits blocks is killed at random moments; what is on the disk is always a whole
//! height with the root of a clean replay.
//!
//! The child is this test binary again, told by an environment variable which folder to write to.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use stoa_store::{Changes, Database, Options, Root, StoreName};

const FOLDER: &str = "STOA_STORE_KILL_TEST_FOLDER";
const STORES: [StoreName; 3] = [StoreName("acc"), StoreName("bank"), StoreName("wasm")];
const KILLS: u64 = 12;
const KEYS: u64 = 300;

/// A fixed sequence of changes: every height means the same to every process.
fn changes(height: u64) -> Changes {
    let mut changes = Changes::new();
    let mut random = height.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for _ in 0..60 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let store = STORES[(random % 3) as usize];
        let key = (random / 3 % KEYS).to_be_bytes().to_vec();
        let value = (!random.is_multiple_of(5)).then(|| random.to_be_bytes().repeat(8));
        changes.insert(store, key, value);
    }
    changes
}

fn open(folder: &Path) -> Database {
    Database::open(folder, Options { keep_recent: 5, prune_interval: 1, stores: STORES.to_vec() })
        .unwrap()
}

fn commit_next(database: &Database) -> (u64, Root) {
    let height = database.latest().unwrap().map_or(1, |record| record.height + 1);
    let staged = database.stage(height, changes(height), vec![]).unwrap();
    (height, database.commit(staged).unwrap())
}

/// Not a test of its own: the process that is killed.
#[test]
fn child_commits_until_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let database = open(Path::new(&folder));
    loop {
        commit_next(&database);
    }
}

#[test]
fn killed_at_any_moment_the_disk_holds_a_whole_height() {
    let folder = tempfile::tempdir().unwrap();
    let mut seen = 0;
    for round in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_commits_until_killed", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // Spread over start-up and commits; the moment inside a commit is left to chance.
        sleep(Duration::from_millis(60 + round * 37));
        child.kill().unwrap();
        child.wait().unwrap();

        let database = open(folder.path());
        let Some(record) = database.latest().unwrap() else { continue };
        assert!(record.height >= seen, "height {} was lost", seen);
        assert_eq!(database.recompute_app_hash().unwrap(), record.app_hash);
        seen = record.height;
    }
    assert!(seen > 0, "no child lived long enough to commit");

    let crashed = open(folder.path());
    let clean_folder = tempfile::tempdir().unwrap();
    let clean = open(clean_folder.path());
    let roots: BTreeMap<u64, Root> = (0..=seen).map(|_| commit_next(&clean)).collect();
    assert_eq!(roots[&seen], crashed.latest().unwrap().unwrap().app_hash);
    assert_eq!((seen + 1, roots[&(seen + 1)]), commit_next(&crashed));
}
