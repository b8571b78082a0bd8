//! Where the state of this module lies.

use stoa_store::{KeyRange, StoreName};

use super::ConsensusAddress;

/// The sub-store of validators.
pub const STORE: StoreName = StoreName("validators");

/// Prefix of records: address to encoded `Validator`.
const RECORD: u8 = 0x01;
/// Prefix of sets: first height, big endian, to encoded `ValidatorSet`.
const SET: u8 = 0x02;

/// What the validator at `address` is to be.
pub(super) fn record(address: &ConsensusAddress) -> Vec<u8> {
    [&[RECORD], address.as_bytes().as_slice()].concat()
}

/// All records, in order of addresses.
pub(super) fn records() -> KeyRange {
    KeyRange::prefix(&[RECORD])
}

/// Who votes from `height` on.
pub(super) fn set(height: u64) -> Vec<u8> {
    [&[SET], height.to_be_bytes().as_slice()].concat()
}

/// The first height of a set's key.
pub(super) fn height_of_set(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.get(1..)?.try_into().ok()?))
}

/// All sets, in order of heights.
pub(super) fn sets() -> KeyRange {
    KeyRange::prefix(&[SET])
}

/// The sets that began at `height` or before.
pub(super) fn sets_until(height: u64) -> KeyRange {
    match height.checked_add(1) {
        Some(end) => KeyRange { start: vec![SET], end: Some(set(end)) },
        None => sets(),
    }
}
