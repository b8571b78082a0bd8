//! Hashes, ids and proportions shared by the contracts and the services.
//!
//! Purpose: one spelling for the few values that cross every boundary of the product.
//! Place: below everything; no I/O, no floats, compiles to Wasm.
//! Invariants: a [`ContentHash`] is exactly 32 bytes; a [`BasisPoints`] never exceeds 10,000.

#![deny(clippy::float_arithmetic)]

mod basis_points;
mod content_hash;

pub use basis_points::{BasisPoints, BasisPointsError, FULL_BASIS_POINTS};
pub use content_hash::{ContentHash, ContentHashError, HASH_BYTES};

/// Number of a service in the marketplace, counted from 1.
pub type ServiceId = u64;
/// Number of a job in the marketplace, counted from 1.
pub type JobId = u64;
/// Number of a proposal in the DAO, counted from 1.
pub type ProposalId = u64;
/// Block height of the chain.
pub type Height = u64;

/// The chain's base denomination (6 decimals; displayed as `STOA`).
pub const BASE_DENOM: &str = "ustoa";
/// The display denomination.
pub const DISPLAY_DENOM: &str = "STOA";
/// Decimal places between [`DISPLAY_DENOM`] and [`BASE_DENOM`].
pub const DENOM_DECIMALS: u32 = 6;
/// Human-readable part of every bech32 account address.
pub const BECH32_PREFIX: &str = "stoa";
/// SLIP-44 coin type of the key derivation path (`m/44'/118'/0'/0/0`).
pub const COIN_TYPE: u32 = 118;
