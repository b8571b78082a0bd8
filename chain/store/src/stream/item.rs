//! The parts of a stream, written.

use prost::encoding::encode_varint;

use crate::commitment::iavl::put_bytes;

pub(super) const LEAF: u8 = 0;
pub(super) const INNER: u8 = 1;
pub(super) const STORE: u8 = 2;
pub(super) const END: u8 = 3;

/// Longest value in a stream. A block's gas pays for about 3 MB of values, so only a genesis file could
/// hold more; a state with a longer value cannot be streamed, which its node says.
pub const MAX_VALUE_BYTES: usize = 64 * 1024 * 1024;
/// Longest name of a store.
pub const MAX_NAME_BYTES: usize = 64;

/// One part of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item<'a> {
    /// The nodes of the store with this name follow.
    Store { name: &'a str },
    /// A key.
    Leaf { version: u64, key: &'a [u8], value: &'a [u8] },
    /// The node above the last two subtrees.
    Inner { version: u64 },
    /// Nothing follows.
    End,
}

pub(crate) fn put_store(bytes: &mut Vec<u8>, name: &str) {
    bytes.push(STORE);
    put_bytes(bytes, name.as_bytes());
}

pub(crate) fn put_leaf(bytes: &mut Vec<u8>, version: u64, key: &[u8], value: &[u8]) {
    bytes.push(LEAF);
    encode_varint(version, bytes);
    put_bytes(bytes, key);
    put_bytes(bytes, value);
}

pub(crate) fn put_inner(bytes: &mut Vec<u8>, version: u64) {
    bytes.push(INNER);
    encode_varint(version, bytes);
}

pub(crate) fn put_end(bytes: &mut Vec<u8>) {
    bytes.push(END);
}
