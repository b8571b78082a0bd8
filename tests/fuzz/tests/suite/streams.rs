//! A whole state on its way to a node that starts later: however large it is, little of it is in memory.

use std::{io, path::Path};

use stoa_fuzz::allocation::measured;
use stoa_store::{Changes, Database, ImportTarget, Options, StoreName};

const STORE: StoreName = StoreName("wasm");
const VALUES: u64 = 1_920;
const VALUE_BYTES: usize = 64 * 1024;
/// Blocks that make the state: what is written at once is in memory anyway.
const BLOCKS: u64 = 16;
/// What may be held at most: the engine's cache of 32 MiB, and what is in the hand.
const MOST_BYTES: usize = 48 * 1024 * 1024;
/// A piece of what arrives.
const PIECE_BYTES: usize = 1024 * 1024;

/// Counts what goes through.
#[derive(Default)]
struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn open(folder: &Path) -> Database {
    let options = Options { keep_recent: 1, prune_interval: 1, stores: vec![STORE] };
    Database::open(folder, options).unwrap()
}

/// Bytes that do not compress.
fn value(number: u64) -> Vec<u8> {
    let mixed = |place: u64| {
        let mixed = (number << 32 | place).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9).to_le_bytes()
    };
    (0..VALUE_BYTES as u64 / 8).flat_map(mixed).collect()
}

#[test]
fn a_state_larger_than_memory_allows_is_given_and_taken() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let database = open(folders[0].path());
    for height in 1..=BLOCKS {
        let mut changes = Changes::new();
        for number in (height..VALUES).step_by(BLOCKS as usize) {
            changes.insert(STORE, number.to_be_bytes().to_vec(), Some(value(number)));
        }
        database.commit(database.stage(height, changes, vec![]).unwrap()).unwrap();
    }
    let export = database.export().unwrap().unwrap();
    let mut counter = Counter::default();
    let (written, most) = measured(|| export.write(&mut counter));
    written.unwrap();
    assert!(counter.0 > 2 * MOST_BYTES, "only {} bytes are streamed", counter.0);
    assert!(most < MOST_BYTES, "{most} bytes in memory for a state of {}", counter.0);

    let target = ImportTarget {
        height: export.record().height,
        app_hash: export.record().app_hash,
        roots: export.roots(),
    };
    let receiver = open(folders[1].path());
    let mut import = Feeder { import: receiver.import(target).unwrap(), piece: Vec::new() };
    let (written, most_taken) = measured(|| export.write(&mut import));
    written.unwrap();
    import.import.feed(&import.piece).unwrap();
    receiver.finish_import(import.import, vec![]).unwrap();
    // What the receiver has not sorted into files yet is in memory too, on the thread that feeds it.
    println!("{} bytes: {most} held by the giver, {most_taken} by both in one thread", counter.0);
    assert_eq!(receiver.latest().unwrap().unwrap().app_hash, export.record().app_hash);
}

/// Hands on to an import, piece by piece.
struct Feeder {
    import: stoa_store::Import,
    piece: Vec<u8>,
}

impl io::Write for Feeder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend(bytes);
        if self.piece.len() >= PIECE_BYTES {
            self.import.feed(&self.piece).map_err(io::Error::other)?;
            self.piece.clear();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
