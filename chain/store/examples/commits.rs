//! What commits, a start and proofs cost, and what the trees weigh in memory.
//!
//! Times are what the calling thread computed: waiting for the disk and for other processes is not in them.
//! The last lines of each block size are by the clock: what a commit waits for nodes that are written behind
//! the one before is the difference between blocks back to back and blocks with a pause.
//!
//! `cargo run --release -p stoa-store --example commits [KEYS [BLOCKS]]`

use std::{
    error::Error,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use stoa_store::{Changes, Database, Options, StoreName};

const BANK: StoreName = StoreName("bank");
const DEFAULT_KEYS: u64 = 100_000;
/// Blocks of each size.
const DEFAULT_BLOCKS: u64 = 20;
const PROOFS: u64 = 1_000;
/// Between two blocks, long enough for everything that is written behind one.
const PAUSE: Duration = Duration::from_secs(1);
const PAGE_BYTES: u64 = 4096;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number ^ (number >> 27)
}

/// As long as a balance's key.
fn key(number: u64) -> Vec<u8> {
    [&[2][..], &mixed(number).to_be_bytes().repeat(3), b"ustoa"].concat()
}

fn resident_bytes() -> Outcome<u64> {
    let pages = fs::read_to_string("/proc/self/statm")?;
    Ok(pages.split(' ').nth(1).ok_or("statm")?.parse::<u64>()? * PAGE_BYTES)
}

/// Processor time of the calling thread (Linux).
struct Stopwatch(Duration);

impl Stopwatch {
    fn start() -> Outcome<Self> {
        let text = fs::read_to_string("/proc/thread-self/schedstat")?;
        let nanos = text.split(' ').next().ok_or("schedstat")?.parse()?;
        Ok(Self(Duration::from_nanos(nanos)))
    }

    fn elapsed(&self) -> Outcome<Duration> {
        Ok(Self::start()?.0 - self.0)
    }
}

fn open(folder: &Path) -> Outcome<Database> {
    Ok(Database::open(folder, Options { keep_recent: 100, prune_interval: 1, stores: vec![BANK] })?)
}

/// Stages and commits `count` changes of random keys; the times of both.
fn block(database: &Database, height: u64, count: u64, keys: u64) -> Outcome<(Duration, Duration)> {
    let mut changes = Changes::new();
    for number in 0..count {
        let number = mixed(height.wrapping_mul(1_000_003) + number) % keys;
        changes.insert(BANK, key(number), Some(height.to_be_bytes().to_vec()));
    }
    let started = Stopwatch::start()?;
    let staged = database.stage(height, changes, vec![])?;
    let stage = started.elapsed()?;
    database.commit(staged)?;
    Ok((stage, started.elapsed()? - stage))
}

fn main() -> Outcome<()> {
    let argument = |index, default| {
        std::env::args().nth(index).map_or(Ok(default), |text: String| text.parse::<u64>())
    };
    let (keys, blocks) = (argument(1, DEFAULT_KEYS)?, argument(2, DEFAULT_BLOCKS)?.max(1));
    let folder = tempfile::tempdir()?;
    let database = open(folder.path())?;
    let mut changes = Changes::new();
    for number in 0..keys {
        changes.insert(BANK, key(number), Some(number.to_be_bytes().to_vec()));
    }
    let before = resident_bytes()?;
    let started = Stopwatch::start()?;
    let staged = database.stage(1, changes, vec![])?;
    println!("{keys} keys staged in {:?}", started.elapsed()?);
    database.commit(staged)?;
    println!("and committed after {:?}", started.elapsed()?);
    println!(
        "resident bytes a key, engine included: {}",
        resident_bytes()?.saturating_sub(before) / keys
    );
    let mut height = 1;
    for count in [1_000, 10_000] {
        let mut times = Vec::new();
        for _ in 0..blocks {
            height += 1;
            times.push(block(&database, height, count, keys)?);
        }
        times.sort_unstable_by_key(|(stage, commit)| *stage + *commit);
        for (name, index) in [("least", 0), ("median", times.len() / 2), ("most", times.len() - 1)]
        {
            let (stage, commit) = times.get(index).ok_or("no block")?;
            println!("{count} changes, {name}: stage {stage:?}, commit {commit:?}");
        }
        for pause in [Duration::ZERO, PAUSE] {
            let mut times = Vec::new();
            for _ in 0..blocks {
                height += 1;
                std::thread::sleep(pause);
                let started = Instant::now();
                block(&database, height, count, keys)?;
                times.push(started.elapsed());
            }
            times.sort_unstable();
            let median = times.get(times.len() / 2).ok_or("no block")?;
            println!("{count} changes, by the clock, {pause:?} between blocks: median {median:?}");
        }
    }
    drop(database);

    let before = resident_bytes()?;
    let started = Stopwatch::start()?;
    let database = open(folder.path())?;
    println!("start: {:?}", started.elapsed()?);
    let first = block(&database, height + 1, 1_000, keys)?;
    println!("first block of 1000 changes after a start: {first:?}");
    let started = Stopwatch::start()?;
    for number in 0..PROOFS {
        database.prove(height - number % blocks, BANK, &key(number))?;
    }
    println!("a proof at a random recent height: {:?}", started.elapsed()? / PROOFS as u32);
    let all: Changes = (0..keys).fold(Changes::new(), |mut changes, number| {
        changes.insert(BANK, key(number), Some(vec![1]));
        changes
    });
    let started = Stopwatch::start()?;
    drop(database.stage(height + 2, all, vec![])?);
    println!("every node read and every key rewritten: {:?}", started.elapsed()?);
    println!(
        "resident bytes a key after that: {}",
        resident_bytes()?.saturating_sub(before) / keys
    );
    Ok(())
}
