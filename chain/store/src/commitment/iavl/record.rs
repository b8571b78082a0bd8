//! Nodes as they are stored.
//!
//! | what | form |
//! |---|---|
//! | inner node | left link, right link; the key too where the right link is no leaf |
//! | link to a leaf | `0`, version, hash, key |
//! | link to an inner node | `1`, version, nonce, height, size, hash |
//! | tree | its root's link, or `2` when it is empty |
//!
//! Numbers are varints, keys come after their length.

use std::sync::Arc;

use prost::encoding::{decode_varint, encode_varint};

use super::{
    NodeId, Tree,
    node::{Branch, Inner, Key, Leaf, Subtree},
};
use crate::{Root, StoreError};

const LEAF: u8 = 0;
const INNER: u8 = 1;
const EMPTY: u8 = 2;

/// Enough for most records.
const RECORD_BYTES: usize = 192;

const CORRUPT: StoreError = StoreError::Corrupt { what: "commitment node" };

/// Record of an inner node.
pub(super) fn encode(branch: &Branch) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(RECORD_BYTES);
    put_link(&mut bytes, &branch.left);
    put_link(&mut bytes, &branch.right);
    if matches!(branch.right, Subtree::Inner(_)) {
        put_bytes(&mut bytes, &branch.key);
    }
    bytes
}

/// The inner node of a record.
pub(super) fn decode(bytes: &[u8]) -> Result<Branch, StoreError> {
    let mut reader = Reader(bytes);
    let (left, right) = (link(&mut reader)?, link(&mut reader)?);
    let (left, right) = (left.ok_or(CORRUPT)?, right.ok_or(CORRUPT)?);
    let key = match &right {
        Subtree::Leaf(leaf) => Key::clone(&leaf.key),
        Subtree::Inner(_) => reader.bytes()?.into(),
    };
    if reader.is_empty() { Ok(Branch { key, left, right }) } else { Err(CORRUPT) }
}

impl Tree {
    /// Appends what [`Tree::decode`] reads.
    pub(crate) fn encode(&self, bytes: &mut Vec<u8>) {
        match &self.root {
            Some(root) => put_link(bytes, root),
            None => bytes.push(EMPTY),
        }
    }

    /// Reads a tree's root; its nodes are read when they are needed.
    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self { root: link(reader)? })
    }
}

impl NodeId {
    /// Appends the id.
    pub(crate) fn encode(self, bytes: &mut Vec<u8>) {
        encode_varint(self.version, bytes);
        encode_varint(u64::from(self.nonce), bytes);
    }

    /// Reads an id.
    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, StoreError> {
        let (version, nonce) = (reader.number()?, reader.number()?);
        Ok(Self { version, nonce: u32::try_from(nonce).map_err(|_| CORRUPT)? })
    }
}

fn put_link(bytes: &mut Vec<u8>, subtree: &Subtree) {
    match subtree {
        Subtree::Leaf(leaf) => {
            bytes.push(LEAF);
            encode_varint(leaf.version, bytes);
            bytes.extend(leaf.hash);
            put_bytes(bytes, &leaf.key);
        }
        Subtree::Inner(inner) => {
            bytes.push(INNER);
            inner.id.encode(bytes);
            bytes.push(inner.height);
            encode_varint(inner.size, bytes);
            bytes.extend(inner.hash);
        }
    }
}

fn link(reader: &mut Reader<'_>) -> Result<Option<Subtree>, StoreError> {
    Ok(Some(match reader.byte()? {
        LEAF => {
            let (version, hash) = (reader.number()?, reader.hash()?);
            Subtree::Leaf(Arc::new(Leaf { key: reader.bytes()?.into(), version, hash }))
        }
        INNER => {
            let id = NodeId::decode(reader)?;
            let (height, size) = (reader.byte()?, reader.number()?);
            Subtree::Inner(Arc::new(Inner::stored(id, height, size, reader.hash()?)))
        }
        EMPTY => return Ok(None),
        _ => return Err(CORRUPT),
    }))
}

/// Appends `value` after its length.
pub(crate) fn put_bytes(bytes: &mut Vec<u8>, value: &[u8]) {
    encode_varint(value.len() as u64, bytes);
    bytes.extend(value);
}

/// Stored bytes that were not read yet.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next bytes, which come after their length.
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], StoreError> {
        let length = usize::try_from(self.number()?).map_err(|_| CORRUPT)?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(CORRUPT)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn byte(&mut self) -> Result<u8, StoreError> {
        let (byte, rest) = self.0.split_first().ok_or(CORRUPT)?;
        self.0 = rest;
        Ok(*byte)
    }

    fn hash(&mut self) -> Result<Root, StoreError> {
        let (hash, rest) = self.0.split_first_chunk().ok_or(CORRUPT)?;
        self.0 = rest;
        Ok(*hash)
    }

    fn number(&mut self) -> Result<u64, StoreError> {
        decode_varint(&mut self.0).map_err(|_| CORRUPT)
    }
}
