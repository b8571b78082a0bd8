//! The Go implementation's answers: roots, app hashes and proofs of the same writes must be the same bytes.
//!
//! `tests/vectors/*.txt` are scripts with the answers of `tests/go`, compared always. What needs Go itself
//! is ignored here and run by `cargo xtask iavl-vectors`, which also writes the vectors.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod go;
mod replay;
mod script;

use std::{fs, path::PathBuf};

use replay::Replay;
use script::{Scale, script};

/// Set to write the vectors instead of comparing with Go only.
const WRITE: &str = "STOA_IAVL_WRITE";

/// Stores of every kind of history: small ones often become empty and single, large ones are deep.
const VECTORS: [(&str, u64, Scale); 4] = [
    ("one-store", 1, Scale { stores: 1, initial: 1, blocks: 25, writes: 4, keys: 6, proofs: 12 }),
    ("few-keys", 2, Scale { stores: 3, initial: 1, blocks: 40, writes: 6, keys: 5, proofs: 20 }),
    (
        "many-keys",
        3,
        Scale { stores: 5, initial: 1, blocks: 12, writes: 90, keys: 300, proofs: 30 },
    ),
    (
        "late-start",
        4,
        Scale { stores: 2, initial: 7, blocks: 15, writes: 20, keys: 40, proofs: 20 },
    ),
];

/// Histories too long to be kept: compared with Go alone.
const LONG: [(u64, Scale); 4] = [
    (11, Scale { stores: 3, initial: 1, blocks: 500, writes: 200, keys: 4_000, proofs: 400 }),
    (12, Scale { stores: 2, initial: 1, blocks: 30, writes: 10_000, keys: 100_000, proofs: 200 }),
    (13, Scale { stores: 1, initial: 3, blocks: 800, writes: 20, keys: 60, proofs: 400 }),
    (14, Scale { stores: 4, initial: 1, blocks: 2, writes: 50_000, keys: 80_000, proofs: 100 }),
];

fn file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    folder.join(format!("{name}.txt"))
}

#[test]
fn roots_and_proofs_are_those_of_the_go_implementation() {
    for (name, ..) in VECTORS {
        let transcript = fs::read_to_string(file(name)).unwrap();
        let replay = Replay::of(&transcript).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(replay.compared > 0);
    }
}

#[test]
fn the_vectors_are_those_of_their_seeds() {
    for (name, seed, scale) in VECTORS {
        let transcript = fs::read_to_string(file(name)).unwrap();
        let questions: Vec<&str> =
            transcript.lines().filter(|line| !line.starts_with('=')).collect();
        assert_eq!(questions.join("\n") + "\n", script(seed, scale), "{name}");
    }
}

#[test]
#[ignore = "needs Go: run `cargo xtask iavl-vectors`"]
fn the_go_implementation_agrees_on_the_vectors() {
    for (name, seed, scale) in VECTORS {
        let transcript = go::answer(&script(seed, scale));
        if std::env::var_os(WRITE).is_some() {
            fs::write(file(name), &transcript).unwrap();
        }
        assert_eq!(fs::read_to_string(file(name)).unwrap(), transcript, "{name}");
    }
}

#[test]
#[ignore = "needs Go: run `cargo xtask iavl-vectors`"]
fn the_go_implementation_agrees_on_long_histories_and_accepts_our_proofs() {
    for (seed, scale) in LONG {
        let transcript = go::answer(&script(seed, scale));
        let replay = Replay::of(&transcript)
            .unwrap_or_else(|error| panic!("seed {seed}, {scale:?}: {error}"));
        let verified = go::answer(&replay.verifications);
        let verdicts: Vec<&str> = verified.lines().filter(|line| line.starts_with('=')).collect();
        let (valid, invalid): (Vec<&str>, Vec<&str>) =
            verdicts.iter().partition(|verdict| **verdict == "= valid");
        let writes = transcript.lines().filter(|line| line.starts_with(['s', 'd'])).count() - 1;
        println!(
            "seed {seed}, {scale:?}: {writes} writes, {} answers equal, {} proofs accepted, {} forged ones refused",
            replay.compared,
            valid.len(),
            invalid.len()
        );
        assert_eq!((valid.len(), invalid.len()), (replay.sound, replay.forged), "seed {seed}");
    }
}
