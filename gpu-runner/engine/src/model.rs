//! Any model that this engine runs, by what its folder says it is.

use std::path::Path;

use serde::Deserialize;

use crate::{
    AdapterReport, BackendKind, Classifier, Encoder, Engine, EngineError, ModelInfo, ModelKind,
    classifier::ARCHITECTURE, encoder::is_encoder, folder::read_file,
};

/// A loaded model.
pub enum Model {
    /// Continues text.
    Generator(Engine),
    /// Gives embeddings, or ranks.
    Encoder(Box<Encoder>),
    /// Labels.
    Classifier(Classifier),
}

#[derive(Deserialize)]
struct Architectures {
    #[serde(default)]
    architectures: Vec<String>,
}

impl Model {
    /// Loads a GGUF file, or a folder as what its `config.json` says it is; what is not known is refused by its reader.
    pub fn load(dir: &Path, backend: BackendKind) -> Result<Self, EngineError> {
        match architecture(dir)? {
            Named::Encoder => Ok(Self::Encoder(Box::new(Encoder::load(dir, backend)?))),
            Named::Classifier => Ok(Self::Classifier(Classifier::load(dir, backend)?)),
            Named::Other => Ok(Self::Generator(Engine::load(dir, backend)?)),
        }
    }

    /// Reads the folder or file and says what it holds; needs no adapter.
    pub fn inspect(dir: &Path) -> Result<ModelInfo, EngineError> {
        match architecture(dir)? {
            Named::Encoder | Named::Classifier => {
                Ok(Self::load(dir, BackendKind::Cpu)?.info().clone())
            }
            Named::Other => Engine::inspect(dir),
        }
    }

    /// What it does.
    pub fn kind(&self) -> ModelKind {
        match self {
            Self::Generator(_) => ModelKind::Generation,
            Self::Encoder(encoder) => encoder.kind(),
            Self::Classifier(_) => ModelKind::Classification,
        }
    }

    /// Identity and size.
    pub fn info(&self) -> &ModelInfo {
        match self {
            Self::Generator(engine) => engine.model(),
            Self::Encoder(encoder) => encoder.model(),
            Self::Classifier(classifier) => classifier.model(),
        }
    }

    /// What computes.
    pub fn adapter(&self) -> &AdapterReport {
        match self {
            Self::Generator(engine) => engine.adapter(),
            Self::Encoder(encoder) => encoder.adapter(),
            Self::Classifier(classifier) => classifier.adapter(),
        }
    }
}

/// Whose the architecture is.
enum Named {
    Encoder,
    Classifier,
    Other,
}

fn architecture(dir: &Path) -> Result<Named, EngineError> {
    // A GGUF file holds a decoder.
    if dir.is_file() {
        return Ok(Named::Other);
    }
    let path = dir.join("config.json");
    let Architectures { architectures } = serde_json::from_slice(&read_file(&path)?)
        .map_err(|source| EngineError::InvalidJson { path: path.clone(), source })?;
    Ok(match architectures.as_slice() {
        [one] if is_encoder(one) => Named::Encoder,
        [one] if one == ARCHITECTURE => Named::Classifier,
        _ => Named::Other,
    })
}
