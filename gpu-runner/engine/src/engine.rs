//! The loaded model behind one lock: `load`, `generate`, `logits`.

use std::{ops::ControlFlow, path::Path};

use crate::{
    AdapterReport, BackendKind, EngineError, GenerateRequest, Generation, ModelInfo, TokenEvent,
};

/// A model on a back end. `Send + Sync`: calls wait for one another.
pub struct Engine {
    model: ModelInfo,
    adapter: AdapterReport,
}

impl Engine {
    /// Loads and quantises the folder and prepares the back end.
    pub fn load(dir: &Path, _backend: BackendKind) -> Result<Engine, EngineError> {
        Err(EngineError::MissingFile { path: dir.to_owned() })
    }

    /// Reads the folder and says what it holds; needs no adapter.
    pub fn inspect(dir: &Path) -> Result<ModelInfo, EngineError> {
        Err(EngineError::MissingFile { path: dir.to_owned() })
    }

    /// Identity and size of the model.
    pub fn model(&self) -> &ModelInfo {
        &self.model
    }

    /// What the engine sees of its adapter.
    pub fn adapter(&self) -> &AdapterReport {
        &self.adapter
    }

    /// Answers a prompt, one event a token; `Break` from `on_token` ends it as `Cancelled`.
    pub fn generate(
        &self,
        _request: &GenerateRequest,
        _on_token: &mut dyn FnMut(&TokenEvent) -> ControlFlow<()>,
    ) -> Result<Generation, EngineError> {
        Err(EngineError::EmptyPrompt)
    }

    /// Integer logits (Q15.16) after every position of `token_ids`.
    pub fn logits(&self, _token_ids: &[u32]) -> Result<Vec<Vec<i32>>, EngineError> {
        Err(EngineError::EmptyPrompt)
    }
}
