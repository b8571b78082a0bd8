//! A script run against the store of this crate, compared answer by answer.

use std::fmt::Write as _;

use prost::Message as _;
use stoa_store::{Changes, Database, Options, Proven, StoreName};
use tempfile::TempDir;

use crate::script::STORES;

/// The database is closed and opened again after so many commits: nodes then come from the disk.
const COMMITS_BETWEEN_REOPENING: u64 = 7;

/// What came of a transcript.
pub struct Replay {
    /// Answers that were equal.
    pub compared: usize,
    /// Questions to the Go program whether it accepts our proofs.
    pub verifications: String,
    /// How many of them hold a sound proof.
    pub sound: usize,
    /// How many of them hold a proof of another value.
    pub forged: usize,
}

struct Chain {
    folder: TempDir,
    stores: Vec<StoreName>,
    database: Option<Database>,
    block: Changes,
    next_height: u64,
}

impl Replay {
    /// Runs a transcript; the first difference is an error.
    pub fn of(transcript: &str) -> Result<Self, String> {
        let mut chain = Chain::new();
        let mut replay = Self { compared: 0, verifications: String::new(), sound: 0, forged: 0 };
        let mut answer = None;
        for (number, line) in transcript.lines().enumerate() {
            let Some(expected) = line.strip_prefix("= ") else {
                answer = chain.run(line, &mut replay);
                continue;
            };
            let actual = answer.take().unwrap_or_default();
            if actual != expected {
                let place = number + 1;
                return Err(format!("line {place}: Go answers\n{expected}\nwe answer\n{actual}"));
            }
            replay.compared += 1;
        }
        Ok(replay)
    }

    fn ask_whether_valid(&mut self, app_hash: &str, question: &[&str], proven: &Proven) {
        let [_, _, store, key] = question else { return };
        let proofs = proofs(proven);
        let mut ask = |value: &str| {
            let verifications = &mut self.verifications;
            writeln!(verifications, "verify {app_hash} {store} {key} {value} {proofs}").unwrap();
        };
        ask(&value(proven));
        ask("0badc0de");
        self.sound += 1;
        self.forged += 1;
    }
}

impl Chain {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (stores, block) = (Vec::new(), Changes::new());
        Self { folder, stores, database: None, block, next_height: 1 }
    }

    fn database(&mut self) -> &Database {
        let options =
            Options { keep_recent: u64::MAX, prune_interval: 1, stores: self.stores.clone() };
        self.database.get_or_insert_with(|| Database::open(self.folder.path(), options).unwrap())
    }

    fn run(&mut self, line: &str, replay: &mut Replay) -> Option<String> {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["#", ..] => {}
            ["stores", names @ ..] => self.stores = names.iter().map(|name| store(name)).collect(),
            ["initial", height] => self.next_height = height.parse().unwrap(),
            ["set", name, key, value] => {
                self.block.insert(store(name), unhex(key), Some(unhex(value)));
            }
            ["del", name, key] => self.block.insert(store(name), unhex(key), None),
            ["commit"] => return Some(self.commit()),
            question @ ["prove", height, name, key] => {
                let height = height.parse().unwrap();
                let database = self.database();
                let proven = database.prove(height, store(name), &unhex(key)).unwrap();
                // ICS-23 has no proof of absence from an empty store.
                let is_empty = database.roots(height).unwrap()[*name] == EMPTY;
                if !is_empty {
                    let app_hash = hex::encode(database.at(height).unwrap().0.app_hash);
                    replay.ask_whether_valid(&app_hash, question, &proven);
                }
                return Some(format!("{} {}", value(&proven), proofs(&proven)));
            }
            other => panic!("unknown line {other:?}"),
        }
        None
    }

    fn commit(&mut self) -> String {
        let (height, block) = (self.next_height, std::mem::take(&mut self.block));
        let database = self.database();
        let staged = database.stage(height, block, vec![]).unwrap();
        let app_hash = database.commit(staged).unwrap();
        let roots = database.roots(height).unwrap();
        let mut answer = format!("{height} {}", hex::encode(app_hash));
        for store in &self.stores {
            write!(answer, " {}:{}", store.0, hex::encode(roots[store.0])).unwrap();
        }
        self.next_height += 1;
        if height.is_multiple_of(COMMITS_BETWEEN_REOPENING) {
            self.database = None;
        }
        answer
    }
}

/// Root of an empty store.
const EMPTY: [u8; 32] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

fn store(name: &str) -> StoreName {
    StoreName(STORES.iter().find(|store| **store == name).expect("a known store"))
}

fn value(proven: &Proven) -> String {
    proven.value.as_ref().map_or_else(|| "absent".to_owned(), hex::encode)
}

fn proofs(proven: &Proven) -> String {
    let [in_store, of_store] =
        [&proven.in_store, &proven.of_store].map(|proof| proof.encode_to_vec());
    format!("{} {}", hex::encode(in_store), hex::encode(of_store))
}

fn unhex(text: &str) -> Vec<u8> {
    if text == "-" { Vec::new() } else { hex::decode(text).unwrap() }
}
