//! Block life cycle, ante checks and routing of stoad.
//!
//! Purpose: turn decided blocks into state, and answer questions about it.
//! Place: above the modules and the store, below the sockets. [`App`] is plain Rust; [`server`]
//! translates ABCI to it.
//! Invariants: the outcome of a block depends on the blocks before it alone; nothing is written before
//! `Commit`, and then at once; no transaction or query stops the node; queries read committed heights.

#![deny(clippy::float_arithmetic)]

pub mod ante;
mod app;
mod block;
mod chain_id;
mod check_tx;
mod contain;
mod deliver;
pub mod error;
mod export;
mod extend_vote;
pub mod extension;
mod finalize_block;
mod fold_votes;
mod ground;
mod helpers;
mod init_chain;
mod invariants;
mod limits;
mod preblock;
mod privileged;
mod proposal;
pub mod query;
mod retain;
pub mod server;
pub mod snapshot;
mod stores;
mod transactions;
pub mod tx;
mod upgrades;
mod waiting;

pub use app::{App, AppConfig, AppInfo, Pruning};
pub use block::{Block, BlockResult, MAX_TX_BYTES, TxResult};
pub use check_tx::MAX_PENDING_PER_SIGNER;
pub use error::{AppError, Refusal};
pub use export::Exported;
pub use init_chain::InitChain;
pub use limits::BlockLimits;
pub use query::{ProofOp, QueryRequest, QueryResponse};
pub use transactions::{MAX_CORES, Tally};
pub use upgrades::known_upgrades;

/// Name of the application.
pub const NAME: &str = "stoa";
/// Version of the application.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
