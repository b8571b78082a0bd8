//! What taking and restoring a whole state costs, and what blocks feel of it.
//!
//! Times are by the clock, so they depend on what else the machine does.
//!
//! `cargo run --release -p stoa-store --example streams [KEYS]`

use std::{
    error::Error,
    io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use stoa_store::{Changes, Database, ImportTarget, Options, StoreName};

const BANK: StoreName = StoreName("bank");
const DEFAULT_KEYS: u64 = 100_000;
/// Changes of one block.
const BLOCK_CHANGES: u64 = 1_000;
/// Blocks without anything beside them.
const BLOCKS: u64 = 20;
/// Bytes that arrive at a time.
const PIECE_BYTES: usize = 4 * 1024 * 1024;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number ^ (number >> 27)
}

/// As long as a balance's key.
fn key(number: u64) -> Vec<u8> {
    [&[2][..], &mixed(number).to_be_bytes().repeat(3), b"ustoa"].concat()
}

fn open(folder: &Path) -> Outcome<Database> {
    Ok(Database::open(folder, Options { keep_recent: 100, prune_interval: 1, stores: vec![BANK] })?)
}

fn block(database: &Database, height: u64, keys: u64) -> Outcome<Duration> {
    let mut changes = Changes::new();
    for number in 0..BLOCK_CHANGES {
        let number = mixed(height.wrapping_mul(1_000_003) + number) % keys;
        changes.insert(BANK, key(number), Some(height.to_be_bytes().to_vec()));
    }
    let started = Instant::now();
    database.commit(database.stage(height, changes, vec![])?)?;
    Ok(started.elapsed())
}

fn show(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let (median, most) = (times.get(times.len() / 2), times.last());
    println!("{what}: {} blocks, median {median:?}, most {most:?}", times.len());
}

fn main() -> Outcome<()> {
    let keys = std::env::args().nth(1).map_or(Ok(DEFAULT_KEYS), |text| text.parse())?;
    let folders = [tempfile::tempdir()?, tempfile::tempdir()?];
    let [given, taken] = folders.each_ref().map(|folder| folder.path());
    let database = open(given)?;
    let mut changes = Changes::new();
    for number in 0..keys {
        changes.insert(BANK, key(number), Some(number.to_be_bytes().to_vec()));
    }
    database.commit(database.stage(1, changes, vec![])?)?;

    let mut height = 1;
    let mut times = Vec::new();
    for _ in 0..BLOCKS {
        height += 1;
        times.push(block(&database, height, keys)?);
    }
    show("stage and commit, nothing beside", times);

    let started = Instant::now();
    let export = database.export()?.ok_or("no commit")?;
    println!("{keys} keys: the state fixed in {:?}", started.elapsed());
    let streaming = thread::spawn(move || {
        let started = Instant::now();
        export.write(&mut io::sink()).map(|()| started.elapsed()).map_err(|e| e.to_string())
    });
    let mut times = Vec::new();
    while !streaming.is_finished() {
        height += 1;
        times.push(block(&database, height, keys)?);
    }
    show("the same while the state is streamed", times);
    let streamed = streaming.join().map_err(|_| "the streaming thread panicked")??;
    println!("streamed beside blocks in {streamed:?}");

    let export = database.export()?.ok_or("no commit")?;
    let (mut bytes, started) = (Vec::new(), Instant::now());
    export.write(&mut bytes)?;
    println!(
        "streamed alone in {:?}: {} bytes a key",
        started.elapsed(),
        bytes.len() as u64 / keys
    );
    let record = export.record();
    let (height, app_hash) = (record.height, record.app_hash);
    let roots = export.roots();
    let receiver = open(taken)?;
    let started = Instant::now();
    let mut import = receiver.import(ImportTarget { height, app_hash, roots })?;
    bytes.chunks(PIECE_BYTES).try_for_each(|piece| import.feed(piece))?;
    receiver.finish_import(import, vec![])?;
    println!("restored in {:?}", started.elapsed());
    drop((export, database, receiver));
    for folder in [given, taken] {
        let started = Instant::now();
        let database = open(folder)?;
        let opened = started.elapsed();
        let first = block(&database, height + 1_000_000, keys)?;
        println!("start: {opened:?}, then the first block of {BLOCK_CHANGES} changes: {first:?}");
    }
    Ok(())
}
