//! Where the state of this module lies.

use stoa_store::{KeyRange, StoreName};

use crate::validators::ConsensusAddress;

/// The sub-store of the beacon.
pub const STORE: StoreName = StoreName("beacon");

/// Encoded parameters.
pub(super) const PARAMS: &[u8] = &[0x00];
/// Prefix of contributors: address to encoded `Contributor`.
const CONTRIBUTOR: u8 = 0x01;
/// Prefix of values: index, big endian, to encoded `Beacon`.
const VALUE: u8 = 0x02;

/// The chains of `validator`.
pub(super) fn contributor(validator: &ConsensusAddress) -> Vec<u8> {
    [&[CONTRIBUTOR], validator.as_bytes().as_slice()].concat()
}

/// The chains of all validators.
pub(super) fn contributors() -> KeyRange {
    KeyRange::prefix(&[CONTRIBUTOR])
}

/// The value of `index`.
pub(super) fn value(index: u64) -> Vec<u8> {
    [&[VALUE], index.to_be_bytes().as_slice()].concat()
}

/// All values, in order of their indices.
pub(super) fn values() -> KeyRange {
    KeyRange::prefix(&[VALUE])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_ordered_and_do_not_meet_other_records() {
        assert!(value(255) < value(256));
        assert!(values().contains(&value(u64::MAX)));
        assert!(!values().contains(PARAMS));
        assert!(!values().contains(&contributor(&ConsensusAddress::of_key(&[2; 32]))));
    }
}
