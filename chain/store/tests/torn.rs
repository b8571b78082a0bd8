//! A power cut, unlike a killed process, may lose the end of the journal. Wherever it ends, the disk holds
//! a whole height with the root of that height, and the chain goes on from there.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    sync::OnceLock,
};

use proptest::prelude::*;
use stoa_store::{Changes, Database, Options, Root, StoreError, StoreName};

const STORES: [StoreName; 2] = [StoreName("bank"), StoreName("wasm")];
const HEIGHTS: u64 = 10;
/// The engine's journal of a database that is younger than 64 MiB of writes.
const JOURNAL: &str = "0.jnl";
/// What a disk writes or loses at once.
const PAGE_BYTES: usize = 4096;

fn open(folder: &Path) -> Result<Database, StoreError> {
    Database::open(folder, Options { keep_recent: 3, prune_interval: 1, stores: STORES.to_vec() })
}

fn changes(height: u64) -> Changes {
    let mut changes = Changes::new();
    for number in 0..40u64 {
        let key = (number * height % 97).to_be_bytes().to_vec();
        let value = (!number.is_multiple_of(7)).then(|| height.to_be_bytes().repeat(30));
        changes.insert(STORES[(number % 2) as usize], key, value);
    }
    changes
}

fn commit(database: &Database, height: u64) -> Root {
    database.commit(database.stage(height, changes(height), vec![]).unwrap()).unwrap()
}

/// A closed database.
struct Closed {
    folder: tempfile::TempDir,
    /// Root of every height from one on.
    roots: Vec<Root>,
    /// The journal without the zeros behind it.
    journal: Vec<u8>,
}

fn closed() -> &'static Closed {
    static CLOSED: OnceLock<Closed> = OnceLock::new();
    CLOSED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path()).unwrap();
        let roots = (1..=HEIGHTS).map(|height| commit(&database, height)).collect();
        drop(database);
        let mut journal = fs::read(folder.path().join(JOURNAL)).unwrap();
        let written = journal.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        journal.truncate(written);
        Closed { folder, roots, journal }
    })
}

impl Closed {
    /// A copy with another journal.
    fn with_journal(&self, journal: &[u8], zeros_behind: u64) -> tempfile::TempDir {
        let copied = tempfile::tempdir().unwrap();
        copy(self.folder.path(), copied.path());
        let mut file = File::create(copied.path().join(JOURNAL)).unwrap();
        file.write_all(journal).unwrap();
        file.set_len(journal.len() as u64 + zeros_behind).unwrap();
        copied
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap().path();
        let target = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            copy(&entry, &target);
        } else if !entry.ends_with(JOURNAL) {
            fs::copy(entry, target).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// The file may end there, or read as the zeros that were reserved.
    #[test]
    fn wherever_the_journal_ends_a_whole_height_is_left(
        place: prop::sample::Index, zeros_behind in prop_oneof![Just(0), Just(1_000_000)],
    ) {
        let closed = closed();
        let journal = &closed.journal[..place.index(closed.journal.len())];
        let torn = closed.with_journal(journal, zeros_behind);

        let database = open(torn.path()).unwrap();
        let height = database.latest().unwrap().map_or(0, |record| record.height);
        if height > 0 {
            let root = closed.roots[height as usize - 1];
            prop_assert_eq!(database.latest().unwrap().unwrap().app_hash, root);
            prop_assert_eq!(database.recompute_app_hash().unwrap(), root);
        }
        for height in height + 1..=HEIGHTS {
            prop_assert_eq!(commit(&database, height), closed.roots[height as usize - 1]);
        }
        prop_assert_eq!(database.recompute_app_hash().unwrap(), *closed.roots.last().unwrap());
    }
}

#[test]
fn a_page_that_is_lost_in_the_middle_is_never_read_as_state() {
    let closed = closed();
    for page in 0..closed.journal.len() / PAGE_BYTES {
        let mut journal = closed.journal.clone();
        journal[page * PAGE_BYTES..(page + 1) * PAGE_BYTES].fill(0);
        let torn = closed.with_journal(&journal, 0);
        // Refused by name, or an earlier height whole: the node then replays or syncs anew.
        let database = match open(torn.path()) {
            Ok(database) => database,
            Err(StoreError::Engine(_)) => continue,
            Err(other) => panic!("page {page}: {other}"),
        };
        let Some(record) = database.latest().unwrap() else { continue };
        assert_eq!(record.app_hash, closed.roots[record.height as usize - 1], "page {page}");
        assert_eq!(database.recompute_app_hash().unwrap(), record.app_hash, "page {page}");
    }
}
