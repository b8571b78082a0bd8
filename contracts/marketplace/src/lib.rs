//! Marketplace for AI services: escrow, delivery, settlement.
//!
//! Purpose: hold a buyer's money until an answer is delivered, signed and unchallenged, then divide it
//! once among provider, lineage and treasury.
//! Place: reads models from the provenance contract and pays royalties into it; the DAO sets its fee.
//! Invariants: see `README.md`; the balance equals escrowed prices plus bonds.

#![deny(clippy::float_arithmetic)]

pub mod contract;
pub mod division;
mod error;
mod execute;
mod funds;
mod query;
pub mod receipt;
pub mod state;

pub use error::ContractError;
