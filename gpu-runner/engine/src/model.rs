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
    /// Loads the folder as what its `config.json` says it is; what is not known is refused by its reader.
    pub fn load(dir: &Path, backend: BackendKind) -> Result<Self, EngineError> {
        let path = dir.join("config.json");
        let Named { architectures } = serde_json::from_slice(&read_file(&path)?)
            .map_err(|source| EngineError::InvalidJson { path: path.clone(), source })?;
        match architectures.as_slice() {
            [one] if is_encoder(one) => Ok(Self::Encoder(Encoder::load(dir, backend)?)),
            _ => Ok(Self::Generator(Engine::load(dir, backend)?)),
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
