//! Limits of a block, agreed by consensus and kept in the state.

use prost::Message as _;
use stoa_modules::Gas;
use stoa_store::{Overlay, Snapshot, StoreError, StoreName};
use tendermint_proto::v0_38::types::ConsensusParams;

use crate::error::AppError;

/// Where consensus parameters are kept.
pub(crate) const STORE: StoreName = StoreName("consensus");
const KEY: &[u8] = b"Consensus";

/// What one block may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockLimits {
    /// Sum of the gas limits of all transactions.
    pub max_gas: Gas,
}

impl Default for BlockLimits {
    fn default() -> Self {
        Self { max_gas: Gas::MAX }
    }
}

impl From<&ConsensusParams> for BlockLimits {
    fn from(params: &ConsensusParams) -> Self {
        // Consensus writes -1 for "no limit".
        let max_gas = params.block.and_then(|block| Gas::try_from(block.max_gas).ok());
        max_gas.map_or_else(Self::default, |max_gas| Self { max_gas })
    }
}

/// Keeps the parameters of the genesis file.
pub(crate) fn save(overlay: &Overlay, params: &ConsensusParams) -> Result<(), StoreError> {
    overlay.set(STORE, KEY, params.encode_to_vec())
}

/// The limits in an uncommitted state.
pub(crate) fn pending(overlay: &Overlay) -> Result<BlockLimits, AppError> {
    decode(overlay.get(STORE, KEY)?)
}

/// The limits at a height.
pub(crate) fn committed(snapshot: &dyn Snapshot) -> Result<BlockLimits, AppError> {
    decode(snapshot.get(STORE, KEY)?)
}

fn decode(bytes: Option<Vec<u8>>) -> Result<BlockLimits, AppError> {
    let Some(bytes) = bytes else { return Ok(BlockLimits::default()) };
    Ok(BlockLimits::from(&ConsensusParams::decode(&*bytes)?))
}
