//! Model packages: a model in integers, in the kernels' own layout, every kibibyte of it named by the model root.
//!
//! A package is a folder: `stoa-package.json` (what is in it), `weights.bin` (the sections of the model root, each
//! aligned), `leaves.bin` (the hash of every leaf of 1 KiB), and configuration, tokenizer and licence as they were.
//! It is made block by block in bounded memory, and read with every bit verified. `docs/model-package.md` is the format.

mod error;
mod journal;
mod layout;
mod manifest;
mod merkle;
mod opening;
mod read;
mod sink;
mod write;

pub use error::PackageError;
pub use manifest::{FileEntry, MANIFEST_FILE, PackageManifest, SectionEntry, TensorEntry};
pub use opening::Opening;
pub use read::Package;
pub use write::{PackOptions, PackProgress, PackReport, pack};

pub use crate::integer::parts::MAX_BUFFERED_BYTES;

/// Name of the file with the sections.
pub const WEIGHTS_FILE: &str = "weights.bin";
/// Name of the file with the hashes of the leaves.
pub const LEAVES_FILE: &str = "leaves.bin";
