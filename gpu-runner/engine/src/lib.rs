//! Loads a model (a folder or a GGUF file), quantises it and runs it on the GPU or the CPU twin.
//!
//! Purpose: answer prompts with integers that do not depend on the machine.
//! Place: below the runner service; above `stoa-kernels` (WGSL), `stoa-simd` (vector units) and `stoa-exact` (the definition).
//! Invariants: both back ends give the same logits bit for bit; a model that could overflow is refused at load.

mod api;
mod batch;
mod checker;
pub mod classifier;
mod cpu;
pub mod encoder;
mod engine;
mod error;
mod executor;
mod folder;
mod gpu;
mod integer;
mod model;
pub mod package;
pub mod pages;
mod pool;
mod product;
mod quality;
pub mod reference;
pub mod synthetic;

pub use api::{
    AdapterReport, BackendKind, FinishReason, GenerateRequest, Generation, ModelInfo, ModelKind,
    Sampler, SequenceRequest, TokenEvent,
};
pub use batch::{
    AnswerId, Batch, BatchEvent, BatchLimits, BatchStep, Begun, CacheUsage, MIN_STEP_TOKENS,
    OnEvent,
};
pub use checker::{Checker, Divergence, GenerationClaim, TraceDivergence};
pub use classifier::Classifier;
pub use cpu::{CpuOptions, MAX_SEQUENCES};
pub use encoder::Encoder;
pub use engine::Engine;
pub use error::EngineError;
pub use executor::{Capacity, ElasticCache, Executor, OnLogits, StepToken};
pub use folder::config::MAX_CONTEXT_TOKENS;
pub use folder::gguf::{GgufError, GgufWriter, TensorKind};
pub use folder::text::MAX_PROMPT_BYTES;
pub use folder::tokenizer_config;
pub use gpu::GpuOptions;
pub use model::Model;
pub use package::PackageError;
pub use quality::{LayerError, QualityReport};
