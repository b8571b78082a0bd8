//! A model on disk: a Hugging Face folder or a GGUF file, each part checked before use.

pub mod config;
pub mod gguf;
mod source;
pub mod text;
pub mod weights;

use std::{fs::File, path::Path};

pub use source::ModelFiles;

use crate::EngineError;

/// The `tokenizer_config.json` that a GGUF file stands for, if it says anything of it.
pub fn tokenizer_config(gguf: &Path) -> Result<Option<String>, EngineError> {
    gguf::Gguf::open(gguf)?.tokenizer_config()
}

/// Reads a whole file, naming it when it is missing or unreadable.
pub fn read_file(path: &Path) -> Result<Vec<u8>, EngineError> {
    std::fs::read(path).map_err(|source| refusal(path, source))
}

/// Reads a whole file of at most so many bytes.
pub fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, EngineError> {
    let bytes = std::fs::metadata(path).map_err(|source| refusal(path, source))?.len();
    if bytes > limit {
        return Err(EngineError::FileTooLong { path: path.to_owned(), bytes, limit });
    }
    read_file(path)
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
