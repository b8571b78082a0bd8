//! Drives the application in tests with fake time and crashes.
//!
//! Purpose: what CometBFT does, without a network: blocks, replay after a crash, queries. Actors are
//! named by their role and sign as wallets do.
//! Place: tests only.
//! Invariants: time moves only with blocks; a crash loses what was not committed and nothing else; after
//! every replay the root equals the one that was recorded first.

mod actor;
mod chain;
mod crash;
mod genesis;
mod tx;

pub use actor::Actor;
pub use chain::{BLOCK_SECONDS, MockChain, MockError};
pub use crash::CrashPoint;
pub use genesis::{CHAIN_ID, DENOM, Genesis};
pub use tx::{TxBuilder, send};
