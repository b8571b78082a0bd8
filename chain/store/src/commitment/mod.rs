//! What the state is, in one hash, and proofs of what is in it.
//!
//! Each store has a tree of its own ([`iavl`]); the roots of all stores are joined by [`multistore`].
//! Both levels hash exactly as the Cosmos SDK does, so that `iavl_spec` and `tendermint_spec` of ICS-23
//! verify the proofs and the Go implementation computes the same roots.

pub mod iavl;
pub mod multistore;

/// A SHA-256 hash that stands for a set of keys and values.
pub type Root = [u8; 32];
