//! Where the state of this module lies.

use stoa_store::{KeyRange, StoreName};

use super::ConsensusAddress;

/// The sub-store of validators.
pub const STORE: StoreName = StoreName("validators");

/// Prefix of validators: address to encoded `tendermint.abci.ValidatorUpdate`.
const VALIDATOR: u8 = 0x01;

/// The validator at `address`.
pub(super) fn validator(address: &ConsensusAddress) -> Vec<u8> {
    [&[VALIDATOR], address.as_bytes().as_slice()].concat()
}

/// All validators, in order of their addresses.
pub(super) fn validators() -> KeyRange {
    KeyRange::prefix(&[VALIDATOR])
}
