//! Liveness and double signs of validators (`cosmos.slashing.v1beta1`, `cosmos.evidence.v1beta1`).
//!
//! Purpose: a validator that does not sign is put into jail, one that signs two blocks of a height leaves
//! for good. There is no stake here: bonds lie in contracts, which are told what happened.
//! Place: above validators and the beacon; the application brings votes and misbehaviour of each block.
//! Invariants: what happens depends on the votes and evidence in blocks alone; a validator in jail has no
//! power wanted; a tombstoned one is never released; whatever happens, `validators` bounds what the set
//! loses in one block. A validator that reveals no link of the beacon for the beacon's `withholding_blocks`
//! counts as one that does not sign.
//! Events, records and codes are the SDK's, without the slashed coins.

mod action;
mod bitmap;
mod dec;
mod error;
mod evidence_genesis;
mod genesis;
mod params;
mod rpc;
mod state_key;
mod types;
mod view;

pub use action::{begin_block, execute_message, joined, signers};
pub use error::SlashingError;
pub use evidence_genesis::{EvidenceGenesis, export_evidence, init_evidence};
pub use genesis::{Genesis, export_genesis, init_genesis};
pub use params::Params;
pub use rpc::query;
pub use state_key::{EVIDENCE_STORE, STORE};
pub use types::{Infraction, InfractionKind, Misbehaviour, Vote};
pub use view::{is_tombstoned, params, signing_info};
