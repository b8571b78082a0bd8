//! What of a package is on disk already: a line for every part whose bytes were synced.

use std::{
    fs::{File, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use stoa_primitives::ContentHash;

use super::PackageError;
use crate::EngineError;

/// Name of the file, in the unfinished package.
const JOURNAL_FILE: &str = "journal";
/// Longest journal in bytes: some hundred for each of the parts of the deepest models.
const MAX_JOURNAL_BYTES: u64 = 16 << 20;

/// The first line.
#[derive(Serialize, Deserialize, PartialEq)]
struct Begin {
    /// Of everything that decides the package's bytes.
    identity: ContentHash,
}

/// A part that is done.
#[derive(Serialize, Deserialize)]
struct Done {
    /// Number of the part.
    part: usize,
    /// Roots of its sections.
    roots: Vec<ContentHash>,
}

/// The journal of one unfinished package; who holds it is alone.
pub struct Journal {
    path: PathBuf,
    file: File,
    done: Vec<Vec<ContentHash>>,
}

impl Journal {
    /// Opens the journal in `dir`; lines of another package, and what a crash left of a line, are forgotten.
    pub fn open(dir: &Path, identity: ContentHash) -> Result<Self, EngineError> {
        let path = dir.join(JOURNAL_FILE);
        let failed = |source| EngineError::Unwritable { path: path.clone(), source };
        let mut options = File::options();
        let mut file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(EngineError::Package { path, source: PackageError::Busy });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let mut text = Vec::new();
        (&mut file).take(MAX_JOURNAL_BYTES).read_to_end(&mut text).map_err(failed)?;
        let (done, length) = parse(&text, identity);
        file.set_len(length).map_err(failed)?;
        file.seek(SeekFrom::Start(length)).map_err(failed)?;
        let mut journal = Self { path, file, done };
        if length == 0 {
            journal.line(&Begin { identity })?;
        }
        Ok(journal)
    }

    /// Roots of the parts that are done: the first ones.
    pub fn done(&self) -> &[Vec<ContentHash>] {
        &self.done
    }

    /// Adds the next part; its bytes must be synced.
    pub fn add(&mut self, roots: Vec<ContentHash>) -> Result<(), EngineError> {
        let done = Done { part: self.done.len(), roots };
        self.line(&done)?;
        self.done.push(done.roots);
        Ok(())
    }

    fn line(&mut self, line: &impl Serialize) -> Result<(), EngineError> {
        let path = || self.path.clone();
        let text = serde_json::to_string(line)
            .map_err(|source| EngineError::InvalidJson { path: path(), source })?;
        let failed = |source| EngineError::Unwritable { path: path(), source };
        writeln!(self.file, "{text}").and_then(|()| self.file.sync_data()).map_err(failed)
    }
}

/// The whole lines of this package, and where they end.
fn parse(text: &[u8], identity: ContentHash) -> (Vec<Vec<ContentHash>>, u64) {
    let mut lines =
        text.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
    let (mut done, mut length) = (Vec::new(), 0u64);
    match lines.next() {
        Some(line) if serde_json::from_slice(line).ok() == Some(Begin { identity }) => {
            length += line.len() as u64;
        }
        _ => return (done, length),
    }
    for line in lines {
        match serde_json::from_slice::<Done>(line) {
            Ok(entry) if entry.part == done.len() => {
                done.push(entry.roots);
                length += line.len() as u64;
            }
            _ => break,
        }
    }
    (done, length)
}
