//! The files of an unfinished package, written at the places that the layout gives.

use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use stoa_primitives::ContentHash;
use stoa_trace::merkle::Node;

use super::{LEAVES_FILE, WEIGHTS_FILE, manifest::SectionEntry, merkle::MerkleStream};
use crate::EngineError;

/// A file that is being written.
pub struct Target {
    path: PathBuf,
    file: File,
}

impl Target {
    /// Opens or creates it.
    pub fn open(dir: &Path, name: &str) -> Result<Self, EngineError> {
        let path = dir.join(name);
        let opened = File::options().write(true).create(true).truncate(false).open(&path);
        let file =
            opened.map_err(|source| EngineError::Unwritable { path: path.clone(), source })?;
        Ok(Self { path, file })
    }

    /// Replaces the content and syncs it.
    pub fn replace(&mut self, content: &[u8]) -> Result<(), EngineError> {
        let written = self.file.set_len(0);
        self.done(written)?;
        self.write(0, content)?;
        self.sync()
    }

    /// Sets the length: what lies beyond was never written by this package.
    pub fn set_length(&mut self, length: u64) -> Result<(), EngineError> {
        let set = self.file.set_len(length);
        self.done(set)
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> Result<(), EngineError> {
        let written = self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.write_all(bytes));
        self.done(written)
    }

    /// Waits until the content is on disk.
    pub fn sync(&mut self) -> Result<(), EngineError> {
        let synced = self.file.sync_all();
        self.done(synced)
    }

    fn done(&self, result: std::io::Result<()>) -> Result<(), EngineError> {
        result.map_err(|source| EngineError::Unwritable { path: self.path.clone(), source })
    }
}

/// Sections and leaves.
pub struct Sink {
    weights: Target,
    leaves: Target,
}

/// A section whose bytes arrive in order.
pub struct SectionStream {
    next_byte: u64,
    next_leaf: u64,
    stream: MerkleStream,
}

impl SectionStream {
    /// From the beginning of a section.
    pub fn new(section: &SectionEntry) -> Self {
        let (next_byte, next_leaf) = (section.offset_bytes, section.first_leaf);
        Self { next_byte, next_leaf, stream: MerkleStream::default() }
    }
}

impl Sink {
    /// Opens both files in `dir`.
    pub fn open(dir: &Path) -> Result<Self, EngineError> {
        let weights = Target::open(dir, WEIGHTS_FILE)?;
        Ok(Self { weights, leaves: Target::open(dir, LEAVES_FILE)? })
    }

    /// Adds bytes to a section.
    pub fn push(&mut self, section: &mut SectionStream, bytes: &[u8]) -> Result<(), EngineError> {
        self.weights.write(section.next_byte, bytes)?;
        section.next_byte += bytes.len() as u64;
        let nodes = section.stream.push(bytes);
        self.write_leaves(&mut section.next_leaf, &nodes)
    }

    /// Ends a section and returns its root.
    pub fn finish(&mut self, mut section: SectionStream) -> Result<ContentHash, EngineError> {
        let (last, root) = section.stream.finish();
        self.write_leaves(&mut section.next_leaf, last.as_slice())?;
        Ok(ContentHash::new(root))
    }

    /// Waits until everything is on disk.
    pub fn sync(&mut self) -> Result<(), EngineError> {
        self.weights.sync()?;
        self.leaves.sync()
    }

    /// Cuts both files to their lengths, or fills them up with zeros.
    pub fn set_lengths(&mut self, weights: u64, leaves: u64) -> Result<(), EngineError> {
        self.weights.set_length(weights)?;
        self.leaves.set_length(leaves)
    }

    fn write_leaves(&mut self, next: &mut u64, nodes: &[Node]) -> Result<(), EngineError> {
        self.leaves.write(*next * size_of::<Node>() as u64, nodes.as_flattened())?;
        *next += nodes.len() as u64;
        Ok(())
    }
}
