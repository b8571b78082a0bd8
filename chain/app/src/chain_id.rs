//! The chain id in the state.
//!
//! Consensus names the chain in the genesis only. A node that begins with a snapshot has no genesis, and
//! must not believe its peers which chain it signs and verifies for: what is in the state is proven.

use stoa_modules::consensus;
use stoa_store::{Overlay, StoreError, StoreName};

/// Where it is kept: beside the consensus parameters.
pub(crate) const STORE: StoreName = consensus::STORE;
/// Its key.
pub(crate) const KEY: &[u8] = b"ChainId";

/// Keeps the chain id of the genesis file.
pub(crate) fn save(overlay: &Overlay, chain_id: &str) -> Result<(), StoreError> {
    overlay.set(STORE, KEY, chain_id.as_bytes().to_vec())
}

/// The chain id in stored bytes.
pub(crate) fn of_bytes(stored: Option<Vec<u8>>) -> Option<String> {
    String::from_utf8(stored?).ok()
}
