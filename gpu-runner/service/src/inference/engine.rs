//! The real engine.

use std::path::Path;

use rayon::prelude::*;
use stoa_engine::{
    AdapterReport, BackendKind, Engine, EngineError, ModelInfo, SequenceRequest, Step,
};

use super::{InferencePort, Running, advance};
use crate::RunnerError;

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

    fn runs_side_by_side(&self) -> bool {
        self.engine.runs_side_by_side()
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

    fn begin(&self, request: SequenceRequest) -> Result<Box<dyn Running>, EngineError> {
        Ok(Box::new(self.engine.begin(request)?))
    }

    /// One core an answer: cheaper than dividing every product of every answer among all cores.
    fn step(&self, batch: &mut [Box<dyn Running>]) -> Vec<Result<Step, RunnerError>> {
        batch.par_iter_mut().map(advance).collect()
    }
}
