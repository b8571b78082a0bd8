//! The parts of a model, wherever they come from.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{config::ModelConfig, gguf::Gguf, read_file, text::Text, weights::Weights};
use crate::EngineError;

/// Longest configuration file in bytes.
const MAX_SMALL_FILE_BYTES: u64 = 64 << 20;
/// What a folder may hold beside configuration, tokenizer and weights, and a package keeps.
const COMPANIONS: [&str; 4] =
    ["tokenizer_config.json", "chat_template.jinja", "generation_config.json", "LICENSE"];

/// A model that is open: its small files in memory, its tensors by name.
pub struct ModelFiles {
    /// The folder or the GGUF file.
    path: PathBuf,
    /// `config.json`, or what a GGUF file says in its place.
    pub config: Vec<u8>,
    /// `tokenizer.json`; `None` when there is none.
    pub tokenizer: Option<Vec<u8>>,
    /// Other files by name.
    pub companions: Vec<(String, Vec<u8>)>,
    /// The tensors.
    pub weights: Weights,
}

impl ModelFiles {
    /// Opens a folder, or a file as GGUF.
    pub fn open(path: &Path) -> Result<Self, EngineError> {
        if path.is_file() {
            return Gguf::open(path)?.into_files();
        }
        let config = read_file(&path.join("config.json"))?;
        let companions = COMPANIONS.into_iter().filter_map(|name| {
            optional(&path.join(name)).transpose().map(|file| Ok((name.to_owned(), file?)))
        });
        Ok(Self {
            config,
            tokenizer: optional(&path.join("tokenizer.json"))?,
            companions: companions.collect::<Result<_, EngineError>>()?,
            weights: Weights::of_folder(path)?,
            path: path.to_owned(),
        })
    }

    /// The parts of a GGUF file.
    pub fn of_gguf(
        path: PathBuf,
        config: Vec<u8>,
        tokenizer: Option<Vec<u8>>,
        companions: Vec<(String, Vec<u8>)>,
        weights: Weights,
    ) -> Self {
        Self { path, config, tokenizer, companions, weights }
    }

    /// Name of the folder, or of the file without its ending.
    pub fn name(&self) -> String {
        let path = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        let name = if path.is_file() { path.file_stem() } else { path.file_name() };
        name.unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The checked configuration.
    pub fn config(&self) -> Result<ModelConfig, EngineError> {
        let path = self.place("config.json");
        let value = serde_json::from_slice(&self.config)
            .map_err(|source| EngineError::InvalidJson { path: path.clone(), source })?;
        ModelConfig::of_json(&path, value)
    }

    /// The tokenizer.
    pub fn text(&self, config: &ModelConfig) -> Result<Option<Text>, EngineError> {
        let path = self.place("tokenizer.json");
        self.tokenizer.as_deref().map(|bytes| Text::parse(path, bytes, config)).transpose()
    }

    /// The name that a refusal gives a part: the GGUF file itself holds them all.
    fn place(&self, name: &str) -> PathBuf {
        if self.path.is_file() { self.path.clone() } else { self.path.join(name) }
    }
}

fn optional(path: &Path) -> Result<Option<Vec<u8>>, EngineError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() > MAX_SMALL_FILE_BYTES => Err(EngineError::FileTooLong {
            path: path.to_owned(),
            bytes: metadata.len(),
            limit: MAX_SMALL_FILE_BYTES,
        }),
        Ok(_) => read_file(path).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(EngineError::UnreadableFile { path: path.to_owned(), source }),
    }
}
