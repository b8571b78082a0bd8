//! What the service needs of an engine.

mod engine;
mod fake;

use std::ops::ControlFlow;

pub use engine::EnginePort;
pub use fake::FakeInference;
use stoa_engine::{
    AdapterReport, BackendKind, EngineError, GenerateRequest, Generation, ModelInfo, TokenEvent,
};

/// Called with every token; `Break` ends the generation as cancelled.
pub type OnToken<'a> = &'a mut dyn FnMut(&TokenEvent) -> ControlFlow<()>;

/// A loaded model that answers prompts; called from one thread at a time.
pub trait InferencePort: Send + Sync + 'static {
    /// Identity and size of the model.
    fn model(&self) -> &ModelInfo;
    /// What computes.
    fn adapter(&self) -> &AdapterReport;
    /// Which implementation of the kernels runs.
    fn backend(&self) -> BackendKind;
    /// Answers a prompt; blocks until the answer ends.
    fn generate(
        &self,
        request: &GenerateRequest,
        on_token: OnToken<'_>,
    ) -> Result<Generation, EngineError>;
}
