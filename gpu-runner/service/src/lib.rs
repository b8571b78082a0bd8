//! The runner service: paid jobs with signed receipts, and KServe v2, over the inference engine.
//!
//! Purpose: sell inference on one machine; every answer that is paid for is signed and kept.
//! Place: between the relayer (hands in jobs), buyers (watch them) and `stoa-engine` (computes).
//! Invariants: a job key is executed at most once at a time and signed once; a result is durable
//! before it is announced; inference runs on its own thread, never on the async runtime; every queue,
//! stream and message has a named bound.

mod config;
mod error;
mod executor;
mod inference;
mod jobs;
mod key;
mod relayer_token;
mod rpc;
mod server;
mod store;

pub mod commands;

pub use config::{Backend, Config, ConfigError, ENVIRONMENT_PREFIX, Overrides};
pub use error::RunnerError;
pub use inference::{EnginePort, FakeInference, InferencePort};
pub use key::{KeyError, ReceiptKey};
pub use relayer_token::{RelayerToken, RelayerTokenError};
pub use server::{Deps, ServeError, run};
pub use store::{JobStore, StoreError};
