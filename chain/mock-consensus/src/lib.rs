//! Drives the application in tests with fake time and crashes.
//!
//! Purpose: what CometBFT does, without sockets: blocks, replay after a crash, queries. [`MockChain`] is
//! one application; [`Network`] is one for each of several validators, with proposals and extended votes.
//! Actors and validators are named by their role and sign as wallets and CometBFT do.
//! Place: tests only.
//! Invariants: time moves only with blocks; a crash loses what was not committed and nothing else; after
//! every replay the root equals the one that was recorded first.

mod actor;
mod chain;
mod contract;
mod crash;
mod genesis;
mod network;
mod tx;
mod validator;

pub use actor::Actor;
pub use chain::{BLOCK_SECONDS, MockChain, MockError};
pub use contract::{CONTRACT_FEE, CONTRACT_GAS, execute, instantiate, probe_wasm, store_code};
pub use crash::CrashPoint;
pub use genesis::{CHAIN_ID, DENOM, Genesis};
pub use network::{Ballot, Network};
pub use tx::{TxBuilder, send};
pub use validator::Validator;
