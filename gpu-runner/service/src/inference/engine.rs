//! The real engine.

use std::path::Path;

use stoa_engine::{AdapterReport, BackendKind, BatchLimits, Engine, EngineError, ModelInfo};

use super::{AnswerBatch, InferencePort};

/// [`Engine`] behind the port.
pub struct EnginePort {
    engine: Engine,
    backend: BackendKind,
}

impl EnginePort {
    /// Loads the model folder; takes seconds for a large model.
    pub fn load(model_dir: &Path, backend: BackendKind) -> Result<Self, EngineError> {
        Ok(Self { engine: Engine::load(model_dir, backend)?, backend })
    }
}

impl InferencePort for EnginePort {
    fn model(&self) -> &ModelInfo {
        self.engine.model()
    }

    fn adapter(&self) -> &AdapterReport {
        self.engine.adapter()
    }

    fn backend(&self) -> BackendKind {
        self.backend
    }

    fn encode(&self, text: &str, brings_start_token: bool) -> Result<Vec<u32>, EngineError> {
        match brings_start_token {
            true => self.engine.encode_plain(text),
            false => self.engine.encode(text),
        }
    }

    fn token_text(&self, token_id: u32) -> Result<String, EngineError> {
        self.engine.token_text(token_id)
    }

    fn batch(&self, limits: BatchLimits) -> Result<Box<dyn AnswerBatch>, EngineError> {
        Ok(Box::new(self.engine.batch(limits)?))
    }
}
