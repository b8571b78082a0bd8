//! The real engine.

use std::path::Path;

use stoa_engine::{
    AdapterReport, BackendKind, Engine, EngineError, GenerateRequest, Generation, ModelInfo,
};

use super::{InferencePort, OnToken};

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

    fn generate(
        &self,
        request: &GenerateRequest,
        on_token: OnToken<'_>,
    ) -> Result<Generation, EngineError> {
        self.engine.generate(request, on_token)
    }
}
