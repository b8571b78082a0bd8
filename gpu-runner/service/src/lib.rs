//! The runner service: paid jobs with signed receipts, KServe v2 and an OpenAI-compatible gateway, over the engine.
//!
//! Purpose: sell inference on one machine; every answer that is paid for is signed and kept.
//! Place: between the relayer (hands in jobs), buyers (watch them), other clients and `stoa-engine` (computes).
//! Invariants: a job key is executed at most once at a time and signed once; a result is durable
//! before it is announced; inference runs on its own thread, never on the async runtime; every queue,
//! stream and message has a named bound.

mod access;
mod admin;
mod config;
mod encoders;
mod error;
mod gateway;
mod inference;
mod jobs;
mod key;
mod listener;
mod metrics;
mod models;
mod relayer_token;
mod rpc;
mod scheduler;
mod server;
mod store;
mod tls;

pub mod commands;

pub use access::{Access, Caller, Class, KeyRing, KeyRingError, Wallets};
pub use config::{Backend, Config, ConfigError, ENVIRONMENT_PREFIX, Overrides};
pub use error::RunnerError;
pub use inference::{AnswerBatch, EnginePort, FakeInference, InferencePort};
pub use key::{KeyError, ReceiptKey};
pub use models::{Loader, ModelsError, TemplateError};
pub use relayer_token::{RelayerToken, RelayerTokenError};
pub use server::{Deps, Listeners, Secrets, ServeError, run};
pub use store::{JobStore, StoreError};
pub use tls::{TlsError, acceptor as tls_acceptor};
