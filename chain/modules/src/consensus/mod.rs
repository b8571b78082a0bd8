//! Parameters of consensus (`cosmos.consensus.v1`): what a block may hold, how old evidence may be, from
//! which height on votes carry extensions.
//!
//! Purpose: the authority changes them; the application answers the change to consensus, which applies it to
//! the next block, and reads its own limits from here.
//! Place: below the application's limits and slashing.
//! Invariants: what is stored is what consensus has after the block; consensus accepts every change that is
//! accepted here, for it halts on others; extensions of votes are never switched off or moved once they are
//! on; validators have ed25519 keys.

mod action;
mod check;
mod error;
mod rpc;
mod wire;

use prost::Message as _;
use stoa_store::{StoreError, StoreName};
use tendermint_proto::v0_38::types::ConsensusParams;

pub use action::{execute_message, signers};
pub use error::ConsensusError;
pub use rpc::query;
pub use wire::MsgUpdateParams;

use crate::core::{Context, ModuleError};

/// Where the parameters are kept.
pub const STORE: StoreName = StoreName("consensus");
/// Their key; `x/consensus` has the same.
pub const KEY: &[u8] = b"Consensus";

/// Keeps the parameters of the genesis file.
pub fn init_genesis(ctx: &Context, params: &ConsensusParams) -> Result<(), ModuleError> {
    ctx.set(STORE, KEY, params.encode_to_vec())
}

/// The parameters, also those for the genesis file of an export. Reading them is free: the application has
/// them at hand.
pub fn params(ctx: &Context) -> Result<ConsensusParams, ModuleError> {
    let Some(bytes) = ctx.overlay.get(STORE, KEY)? else { return Ok(ConsensusParams::default()) };
    let corrupt = |_| StoreError::Corrupt { what: "consensus parameters" };
    Ok(ConsensusParams::decode(&*bytes).map_err(corrupt)?)
}

/// Whether votes at `height` carry extensions.
pub fn extends_votes(params: &ConsensusParams, height: u64) -> bool {
    let from = params.abci.map_or(0, |abci| abci.vote_extensions_enable_height);
    u64::try_from(from).is_ok_and(|from| from != 0 && from <= height)
}
