//! Where the state of this module lies; the layouts of `x/slashing` and `x/evidence`.

use stoa_store::{KeyRange, StoreName};

use crate::validators::ConsensusAddress;

/// The sub-store of signing infos.
pub const STORE: StoreName = StoreName("slashing");
/// The sub-store of proven misbehaviour.
pub const EVIDENCE_STORE: StoreName = StoreName("evidence");

/// Parameters.
pub(super) const PARAMS: &[u8] = &[0x00];
/// Prefix of signing infos.
pub(super) const INFOS: &[u8] = &[0x01];
/// Prefix of pieces of bitmaps.
const BITMAP: u8 = 0x02;
/// Prefix of misbehaviour in its own store: hash to encoded `Any`.
pub(super) const EVIDENCES: &[u8] = &[0x00];
/// Bytes of an address, as they stand before it.
const ADDRESS_BYTES: u8 = 20;

/// The signing info of `validator`.
pub(super) fn info(validator: &ConsensusAddress) -> Vec<u8> {
    [INFOS, &[ADDRESS_BYTES], validator.as_bytes()].concat()
}

/// Whose signing info a key without its prefix is.
pub(super) fn validator_of(suffix: &[u8]) -> Option<ConsensusAddress> {
    ConsensusAddress::try_from(suffix.get(1..)?).ok()
}

/// The bitmap of `validator`.
pub(super) fn bitmap(validator: &ConsensusAddress) -> KeyRange {
    KeyRange::prefix(&bitmap_prefix(validator))
}

/// Piece number `piece` of the bitmap of `validator`.
pub(super) fn bitmap_piece(validator: &ConsensusAddress, piece: u64) -> Vec<u8> {
    [bitmap_prefix(validator).as_slice(), &piece.to_le_bytes()].concat()
}

fn bitmap_prefix(validator: &ConsensusAddress) -> Vec<u8> {
    [&[BITMAP, ADDRESS_BYTES], validator.as_bytes().as_slice()].concat()
}

/// Misbehaviour by its hash.
pub(super) fn evidence(hash: &[u8]) -> Vec<u8> {
    [EVIDENCES, hash].concat()
}
