//! A Hugging Face model folder: `config.json`, weights and `tokenizer.json`, each checked before use.

pub mod config;
pub mod text;
pub mod weights;

use std::path::Path;

use crate::EngineError;

/// Reads a whole file, naming it when it is missing or unreadable.
pub fn read_file(path: &Path) -> Result<Vec<u8>, EngineError> {
    std::fs::read(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => EngineError::MissingFile { path: path.to_owned() },
        _ => EngineError::UnreadableFile { path: path.to_owned(), source },
    })
}
