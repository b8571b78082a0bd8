//! Validators: who signs votes, with what key and power.
//!
//! Purpose: the application checks signatures of vote extensions itself, also in blocks that it replays,
//! so it keeps what it must know of each validator.
//! Place: below the beacon; consensus gives the set at genesis.
//! Invariants: an address is the first 20 bytes of the SHA-256 of its ed25519 key; every power is above
//! zero. A change of the set counts for consensus two blocks later, so whoever changes these records must
//! keep the key of a validator until its last vote is in a block.

mod error;
mod export;
mod genesis;
mod state_key;
mod types;
mod view;

pub use error::ValidatorError;
pub use export::export_genesis;
pub use genesis::init_genesis;
pub use state_key::STORE;
pub use types::{ConsensusAddress, Validator};
pub use view::all;
