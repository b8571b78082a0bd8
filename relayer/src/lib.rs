//! Carries orders to runners and results to the chain, exactly once across crashes.
//!
//! Purpose: stand between one provider's runner and the chain: execute each order, deliver its
//! answer, settle it after its challenge window.
//! Place: beside the runner, with the provider's key; needs the chain's RPC, the runner's gRPC and
//! the content store.
//! Invariants: contract state is the truth, block events only wake the loop; a result is in the
//! journal before it is delivered and its output is in the content store before the chain names it;
//! one task sends transactions. Killed at any point, the next start goes on from chain and journal.

pub mod clients;
pub mod error;
pub mod plan;
pub mod service;

#[cfg(test)]
mod testing;

pub use error::RelayerError;
pub use service::{Config, Deps, Settings, run};
