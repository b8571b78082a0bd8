//! The parts of a model, wherever they come from.

use std::path::{Path, PathBuf};

use stoa_primitives::ContentHash;

use super::{
    config::{FORMAT_FILE, ModelConfig, WeightFormat},
    gguf::Gguf,
    read_bounded,
    text::Text,
    weights::Weights,
};
use crate::{
    EngineError,
    integer::{model::IntegerModel, parts::Quantiser},
    package::{MANIFEST_FILE, Package, PackageError},
};

/// Longest configuration file in bytes.
pub const MAX_SMALL_FILE_BYTES: u64 = 64 << 20;
/// What a folder may hold beside configuration, tokenizer and weights, and a package keeps.
const COMPANIONS: [&str; 5] = [
    FORMAT_FILE,
    "tokenizer_config.json",
    "chat_template.jinja",
    "generation_config.json",
    "LICENSE",
];

/// Where the weights are.
enum Store {
    /// Floats, to be quantised.
    Floats(Weights),
    /// The integers of a package.
    Integers(Box<Package>),
}

/// A model that is open: its small files in memory, its weights on disk.
pub struct ModelFiles {
    /// The folder or the GGUF file.
    path: PathBuf,
    /// `config.json`, or what a GGUF file says in its place.
    pub config: Vec<u8>,
    /// `tokenizer.json`; `None` when there is none.
    pub tokenizer: Option<Vec<u8>>,
    /// Other files by name.
    pub companions: Vec<(String, Vec<u8>)>,
    store: Store,
}

impl ModelFiles {
    /// Opens a folder, a package, or a file as GGUF.
    pub fn open(path: &Path) -> Result<Self, EngineError> {
        if path.is_file() {
            return Gguf::open(path)?.into_files();
        }
        let config = read_bounded(&path.join("config.json"), MAX_SMALL_FILE_BYTES)?;
        let mut companions = Vec::new();
        for name in COMPANIONS {
            if let Some(content) = optional(&path.join(name))? {
                companions.push((name.to_owned(), content));
            }
        }
        let store = match path.join(MANIFEST_FILE).exists() {
            true => Store::Integers(Box::new(Package::open(path)?)),
            false => Store::Floats(Weights::of_folder(path)?),
        };
        let tokenizer = optional(&path.join("tokenizer.json"))?;
        let files = Self { path: path.to_owned(), config, tokenizer, companions, store };
        if let Store::Integers(package) = &files.store {
            package.check_files(&files.small_files())?;
        }
        Ok(files)
    }

    /// The parts of a GGUF file.
    pub fn of_gguf(
        path: PathBuf,
        config: Vec<u8>,
        tokenizer: Option<Vec<u8>>,
        companions: Vec<(String, Vec<u8>)>,
        weights: Weights,
    ) -> Self {
        Self { path, config, tokenizer, companions, store: Store::Floats(weights) }
    }

    /// The checked configuration.
    pub fn config(&self) -> Result<ModelConfig, EngineError> {
        let path = self.place("config.json");
        let value = serde_json::from_slice(&self.config)
            .map_err(|source| EngineError::InvalidJson { path: path.clone(), source })?;
        let format = match self.path.is_file() {
            true => WeightFormat::Int8,
            false => WeightFormat::read(&self.path)?,
        };
        ModelConfig::of_json(&path, value, format)
    }

    /// The tokenizer.
    pub fn text(&self, config: &ModelConfig) -> Result<Option<Text>, EngineError> {
        let path = self.place("tokenizer.json");
        self.tokenizer.as_deref().map(|bytes| Text::parse(path, bytes, config)).transpose()
    }

    /// The weights as floats; a package has none.
    pub fn weights(&self) -> Result<&Weights, EngineError> {
        match &self.store {
            Store::Floats(weights) => Ok(weights),
            Store::Integers(_) => Err(EngineError::Package {
                path: self.path.clone(),
                source: PackageError::NoFloats,
            }),
        }
    }

    /// The model in integers: quantised, or read and verified.
    pub fn integers(&self, config: ModelConfig) -> Result<IntegerModel, EngineError> {
        match &self.store {
            Store::Floats(weights) => IntegerModel::build(config, &Quantiser(weights)),
            Store::Integers(package) => {
                let tokenizer = self.tokenizer.as_deref().map(ContentHash::sha256);
                package.integers(config, tokenizer)
            }
        }
    }

    /// The package, if it is one.
    pub fn package(&self) -> Option<&Package> {
        match &self.store {
            Store::Floats(_) => None,
            Store::Integers(package) => Some(package),
        }
    }

    /// Configuration, tokenizer and companions, by the names that they have in a folder.
    pub fn small_files(&self) -> Vec<(&str, &[u8])> {
        let tokenizer = self.tokenizer.iter().map(|bytes| ("tokenizer.json", bytes.as_slice()));
        let companions = self.companions.iter().map(|(name, bytes)| (name.as_str(), &bytes[..]));
        let mut files = vec![("config.json", self.config.as_slice())];
        files.extend(tokenizer.chain(companions));
        files
    }

    /// The name that a refusal gives a part: the GGUF file itself holds them all.
    fn place(&self, name: &str) -> PathBuf {
        if self.path.is_file() { self.path.clone() } else { self.path.join(name) }
    }
}

fn optional(path: &Path) -> Result<Option<Vec<u8>>, EngineError> {
    match read_bounded(path, MAX_SMALL_FILE_BYTES) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(EngineError::MissingFile { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
