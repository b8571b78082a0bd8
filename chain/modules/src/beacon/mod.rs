//! A random beacon: one value a height, made by all validators together.
//!
//! Purpose: randomness for contracts that no single party chooses. Each validator commits to a hash chain
//! and reveals one link with each vote; the value of a height hashes the links of that height.
//! `docs/adr/0006-random-beacon.md` says what an attacker gains and what remains.
//! Place: above `validators`; the application brings extensions in and folds them in.
//! Invariants: folding never fails on what a validator sends; a value once fixed never changes; a
//! contribution counts for the chain that was anchored before anybody could know the others' links; the
//! same state and seed always give the same extension.

pub mod action;
mod chain;
mod contributor;
mod error;
mod extension;
mod genesis;
mod params;
mod record;
mod rpc;
mod seed;
mod state_key;
mod view;

pub use chain::{HashChain, Link, MAX_AHEAD, MAX_LINKS};
pub use contributor::{BeaconKey, Contributor};
pub use error::{BeaconError, CODESPACE};
pub use extension::{Extension, MAX_EXTENSION_BYTES};
pub use genesis::{Genesis, export_genesis, init_genesis};
pub use params::Params;
pub use rpc::{query, query_json};
pub use seed::{SEED_BYTES, Seed};
pub use state_key::STORE;
pub use view::{last_reveal, latest, params, value};
