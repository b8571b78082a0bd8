//! A model on disk: a Hugging Face folder or a GGUF file, each part checked before use.

pub mod config;
pub mod gguf;
mod source;
pub mod text;
pub mod weights;

use std::{fs::File, path::Path};

pub use source::ModelFiles;

use crate::EngineError;

/// Reads a whole file, naming it when it is missing or unreadable.
pub fn read_file(path: &Path) -> Result<Vec<u8>, EngineError> {
    std::fs::read(path).map_err(|source| refusal(path, source))
}

/// Opens a file, naming it when it is missing or unreadable.
pub fn open_file(path: &Path) -> Result<File, EngineError> {
    File::open(path).map_err(|source| refusal(path, source))
}

fn refusal(path: &Path, source: std::io::Error) -> EngineError {
    match source.kind() {
        std::io::ErrorKind::NotFound => EngineError::MissingFile { path: path.to_owned() },
        _ => EngineError::UnreadableFile { path: path.to_owned(), source },
    }
}
