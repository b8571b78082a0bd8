//! What the service needs of an engine.

mod engine;
mod fake;

pub use engine::EnginePort;
pub use fake::FakeInference;
use stoa_engine::{
    AdapterReport, AnswerId, BackendKind, Batch, BatchLimits, BatchStep, Begun, CacheUsage,
    EngineError, ModelInfo, OnEvent, SequenceRequest,
};

/// A loaded model.
pub trait InferencePort: Send + Sync + 'static {
    /// Identity and size of the model.
    fn model(&self) -> &ModelInfo;
    /// What computes.
    fn adapter(&self) -> &AdapterReport;
    /// Which implementation of the kernels runs.
    fn backend(&self) -> BackendKind;
    /// Ids of a prompt; the model's start token is put in front unless the text brings it.
    fn encode(&self, text: &str, brings_start_token: bool) -> Result<Vec<u32>, EngineError>;
    /// The text of one id by itself.
    fn token_text(&self, token_id: u32) -> Result<String, EngineError>;
    /// Prepares to compute answers side by side, for one thread.
    fn batch(&self, limits: BatchLimits) -> Result<Box<dyn AnswerBatch>, EngineError>;
}

/// Answers in the making; called from one thread. What [`Batch`] says of its methods holds.
pub trait AnswerBatch: Send {
    /// See [`Batch::limit`].
    fn limit(&self) -> u32;
    /// See [`Batch::usage`].
    fn usage(&self) -> CacheUsage;
    /// See [`Batch::has_room`].
    fn has_room(&self, request: &SequenceRequest, scope: &str) -> bool;
    /// See [`Batch::begin`].
    fn begin(
        &mut self,
        request: &SequenceRequest,
        scope: &str,
    ) -> Result<Option<Begun>, EngineError>;
    /// See [`Batch::end`].
    fn end(&mut self, id: AnswerId);
    /// See [`Batch::step`].
    fn step(&mut self, on_event: &mut OnEvent<'_>) -> BatchStep;
}

impl AnswerBatch for Batch {
    fn limit(&self) -> u32 {
        self.limit()
    }

    fn usage(&self) -> CacheUsage {
        self.usage()
    }

    fn has_room(&self, request: &SequenceRequest, scope: &str) -> bool {
        self.has_room(request, scope)
    }

    fn begin(
        &mut self,
        request: &SequenceRequest,
        scope: &str,
    ) -> Result<Option<Begun>, EngineError> {
        self.begin(request, scope)
    }

    fn end(&mut self, id: AnswerId) {
        self.end(id);
    }

    fn step(&mut self, on_event: &mut OnEvent<'_>) -> BatchStep {
        self.step(on_event)
    }
}
