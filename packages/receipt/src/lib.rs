//! The runner's signed receipt: what it binds, how it is hashed, how it is verified.
//!
//! Purpose: let anyone tie an answer to a job, a model and a provider's key.
//! Place: shared by the runner (signs), the marketplace contract (verifies through the host's
//! `secp256k1_verify`), the relayer and clients (verify with the `k256` feature); no I/O.
//! Invariants: the signed bytes are injective in every field (fixed widths, length prefixes) and
//! name the chain and the contract, so a receipt cannot be replayed for another job, another
//! deployment or another chain.

#![deny(clippy::float_arithmetic)]

mod statement;

#[cfg(feature = "k256")]
mod signature;

#[cfg(feature = "k256")]
pub use signature::{ReceiptError, sign, sign_digest, verify, verify_digest};
pub use statement::{PUBLIC_KEY_BYTES, Receipt, SIGNATURE_BYTES, Statement};
