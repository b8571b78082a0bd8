//! DAO: weighted members, proposals, votes, execution.
//!
//! Purpose: decide together, and act on the decision with the DAO's own address as sender.
//! Place: authority and treasury of the marketplace.
//! Invariants: see `README.md`; a proposal is decided by the weights before its block and runs once.

#![deny(clippy::float_arithmetic)]

pub mod contract;
pub mod decision;
mod error;
mod execute;
mod funds;
mod membership;
mod query;
pub mod state;

pub use error::ContractError;
