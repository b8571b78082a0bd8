//! Any model that this engine runs, by what its folder says it is.

use std::path::Path;

use serde::Deserialize;

use crate::{
    AdapterReport, BackendKind, Encoder, Engine, EngineError, ModelInfo, ModelKind,
    encoder::is_encoder, folder::read_file,
};

/// A loaded model.
pub enum Model {
    /// Continues text.
    Generator(Engine),
    /// Gives embeddings, or ranks.
    Encoder(Encoder),
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    architectures: Vec<String>,
}

impl Model {
    /// Loads a GGUF file, or a folder as what its `config.json` says it is; what is not known is refused by its reader.
    pub fn load(dir: &Path, backend: BackendKind) -> Result<Self, EngineError> {
        match names_encoder(dir)? {
            true => Ok(Self::Encoder(Encoder::load(dir, backend)?)),
            false => Ok(Self::Generator(Engine::load(dir, backend)?)),
        }
    }

    /// Reads the folder or file and says what it holds; needs no adapter.
    pub fn inspect(dir: &Path) -> Result<ModelInfo, EngineError> {
        match names_encoder(dir)? {
            true => Ok(Encoder::load(dir, BackendKind::Cpu)?.model().clone()),
            false => Engine::inspect(dir),
        }
    }

    /// What it does.
    pub fn kind(&self) -> ModelKind {
        match self {
            Self::Generator(_) => ModelKind::Generation,
            Self::Encoder(encoder) => encoder.kind(),
        }
    }

    /// Identity and size.
    pub fn info(&self) -> &ModelInfo {
        match self {
            Self::Generator(engine) => engine.model(),
            Self::Encoder(encoder) => encoder.model(),
        }
    }

    /// What computes.
    pub fn adapter(&self) -> &AdapterReport {
        match self {
            Self::Generator(engine) => engine.adapter(),
            Self::Encoder(encoder) => encoder.adapter(),
        }
    }
}

/// A GGUF file never does.
fn names_encoder(dir: &Path) -> Result<bool, EngineError> {
    if dir.is_file() {
        return Ok(false);
    }
    let path = dir.join("config.json");
    let Named { architectures } = serde_json::from_slice(&read_file(&path)?)
        .map_err(|source| EngineError::InvalidJson { path: path.clone(), source })?;
    Ok(matches!(architectures.as_slice(), [one] if is_encoder(one)))
}
