//! Provenance registry: assets, their lineage and the royalties that flow along it.
//!
//! Purpose: remember what was made from what, and divide every income among an asset and its
//! ancestors without ever walking the lineage.
//! Place: the marketplace pays into it at settlement; owners pull what they earned.
//! Invariants: see `README.md` and [`lineage`].

#![deny(clippy::float_arithmetic)]

pub mod contract;
mod error;
mod execute;
mod funds;
pub mod license;
pub mod lineage;
mod query;
pub mod state;

pub use error::ContractError;
