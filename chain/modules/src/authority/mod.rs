//! Who governs the chain: one account that may change parameters, code permissions and privileges.
//!
//! Purpose: on wasmd this is the module account of `x/gov`; here genesis names it, and it is meant to be the
//! DAO contract, so that there is no second governance.
//! Place: below every module with messages for the authority.
//! Invariants: there is always exactly one authority; asking for it costs no gas, since it is a constant of
//! the binary on Cosmos SDK chains.

mod error;
mod genesis;
mod state_key;
mod view;

pub use error::NotAuthority;
pub use genesis::{Genesis, export_genesis, init_genesis};
pub use state_key::STORE;
pub use view::{address, require, set};

/// The module account that governs unless genesis names another; no key belongs to it.
pub const DEFAULT_AUTHORITY: &str = "gov";
