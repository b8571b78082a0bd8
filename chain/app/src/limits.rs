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
    /// First height whose votes carry extensions; zero for none.
    pub extensions_from: u64,
}

impl BlockLimits {
    /// Whether votes at `height` carry extensions.
    pub const fn extends_votes(&self, height: u64) -> bool {
        self.extensions_from != 0 && self.extensions_from <= height
    }
}

impl Default for BlockLimits {
    fn default() -> Self {
        Self { max_gas: Gas::MAX, extensions_from: 0 }
    }
}

impl From<&ConsensusParams> for BlockLimits {
    fn from(params: &ConsensusParams) -> Self {
        // Consensus writes -1 for "no limit".
        let max_gas = params.block.and_then(|block| Gas::try_from(block.max_gas).ok());
        let abci = params.abci.unwrap_or_default();
        Self {
            max_gas: max_gas.unwrap_or(Gas::MAX),
            extensions_from: u64::try_from(abci.vote_extensions_enable_height).unwrap_or(0),
        }
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
