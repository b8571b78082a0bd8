//! What the service needs of an engine.

mod engine;
mod fake;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use engine::EnginePort;
pub use fake::FakeInference;
use stoa_engine::{
    AdapterReport, BackendKind, EngineError, ModelInfo, Sequence, SequenceRequest, Step,
};

use crate::RunnerError;

/// A loaded model that computes answers side by side; called from one thread at a time.
pub trait InferencePort: Send + Sync + 'static {
    /// Identity and size of the model.
    fn model(&self) -> &ModelInfo;
    /// What computes.
    fn adapter(&self) -> &AdapterReport;
    /// Which implementation of the kernels runs.
    fn backend(&self) -> BackendKind;
    /// Whether several answers can be computed side by side.
    fn runs_side_by_side(&self) -> bool;
    /// Ids of a prompt; the model's start token is put in front unless the text brings it.
    fn encode(&self, text: &str, brings_start_token: bool) -> Result<Vec<u32>, EngineError>;
    /// The text of one id by itself.
    fn token_text(&self, token_id: u32) -> Result<String, EngineError>;
    /// Begins an answer.
    fn begin(&self, request: SequenceRequest) -> Result<Box<dyn Running>, EngineError>;
    /// One step of every answer of the batch, in its order; the bits do not depend on the batch.
    fn step(&self, batch: &mut [Box<dyn Running>]) -> Vec<Result<Step, RunnerError>> {
        batch.iter_mut().map(advance).collect()
    }
}

/// An answer in the making.
pub trait Running: Send {
    /// Ids of the prompt.
    fn prompt_token_ids(&self) -> &[u32];
    /// Integer logits from which the last token was drawn; empty before the first.
    fn last_logits(&self) -> &[i32];
    /// Reads a piece of the prompt or produces one token.
    fn advance(&mut self) -> Result<Step, EngineError>;
}

impl Running for Sequence {
    fn prompt_token_ids(&self) -> &[u32] {
        self.prompt_token_ids()
    }

    fn last_logits(&self) -> &[i32] {
        self.last_logits()
    }

    fn advance(&mut self) -> Result<Step, EngineError> {
        self.advance()
    }
}

/// One step of one answer: a defect in the engine must cost this answer, not its neighbours.
fn advance(running: &mut Box<dyn Running>) -> Result<Step, RunnerError> {
    match catch_unwind(AssertUnwindSafe(|| running.advance())) {
        Ok(step) => Ok(step?),
        Err(_) => Err(RunnerError::EnginePanicked),
    }
}
