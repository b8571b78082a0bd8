//! Limits of a block, agreed by consensus and kept in the state.

use prost::Message as _;
use stoa_modules::{
    Gas,
    consensus::{KEY, STORE},
    core::kv,
};
use stoa_store::{Overlay, Snapshot};
use tendermint_proto::v0_38::types::ConsensusParams;

use crate::error::AppError;

/// What one block may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockLimits {
    /// Gas that all transactions may use together.
    pub max_gas: Gas,
    /// What the SDK's schedule asks for reading the record of these limits.
    pub lookup_gas: Gas,
    /// First height whose votes carry extensions; zero for none.
    pub extensions_from: u64,
}

impl BlockLimits {
    fn new(max_gas: Gas, record_bytes: usize) -> Self {
        let bytes = Gas::try_from(KEY.len().saturating_add(record_bytes)).unwrap_or(Gas::MAX);
        let lookup_gas = kv::READ_FLAT.saturating_add(bytes.saturating_mul(kv::READ_PER_BYTE));
        Self { max_gas, lookup_gas, extensions_from: 0 }
    }

    /// Whether votes at `height` carry extensions.
    pub const fn extends_votes(&self, height: u64) -> bool {
        self.extensions_from != 0 && self.extensions_from <= height
    }
}

impl Default for BlockLimits {
    fn default() -> Self {
        Self::new(Gas::MAX, 0)
    }
}

impl From<&ConsensusParams> for BlockLimits {
    fn from(params: &ConsensusParams) -> Self {
        // Consensus writes -1 for "no limit".
        let max_gas = params.block.and_then(|block| Gas::try_from(block.max_gas).ok());
        let abci = params.abci.unwrap_or_default();
        let extensions_from = u64::try_from(abci.vote_extensions_enable_height).unwrap_or(0);
        let limits = Self::new(max_gas.unwrap_or(Gas::MAX), params.encoded_len());
        Self { extensions_from, ..limits }
    }
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
