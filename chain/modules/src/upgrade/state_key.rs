//! Where the state of this module lies; the layout of `x/upgrade`.

use stoa_store::{KeyRange, StoreName};

/// The sub-store of upgrades.
pub const STORE: StoreName = StoreName("upgrade");

/// The plan, encoded.
pub(super) const PLAN: &[u8] = &[0x00];
/// Prefix of what was applied: height, big endian, and name.
const DONE: u8 = 0x01;

/// How many upgrades were applied, big endian; the SDK's protocol version.
pub(super) const PROTOCOL_VERSION: &[u8] = &[0x03];

/// The mark of an upgrade that was applied.
pub(super) fn done(height: u64, name: &str) -> Vec<u8> {
    [&[DONE], height.to_be_bytes().as_slice(), name.as_bytes()].concat()
}

/// All marks, in order of heights.
pub(super) fn all_done() -> KeyRange {
    KeyRange::prefix(&[DONE])
}

/// Height and name of a mark.
pub(super) fn height_and_name(key: &[u8]) -> Option<(u64, String)> {
    let (height, name) = key.get(1..)?.split_first_chunk()?;
    Some((u64::from_be_bytes(*height), String::from_utf8(name.to_vec()).ok()?))
}
