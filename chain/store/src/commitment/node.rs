//! Nodes of the sparse Merkle tree, and where they are stored.

use sha2::{Digest, Sha256};

use super::Root;
use crate::StoreError;

const LEAF: u8 = 0;
const INNER: u8 = 1;
const EMPTY: u8 = 2;
const HASH_BYTES: usize = 32;
const LEAF_BYTES: usize = 1 + 2 * HASH_BYTES;
const INNER_BYTES: usize = 1 + 2 * (1 + HASH_BYTES);

/// What stands at one place of the tree, as its parent knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Child {
    Empty,
    Leaf(Root),
    Inner(Root),
}

/// A stored node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Leaf(Leaf),
    Inner { left: Child, right: Child },
}

/// The only key below some place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub key_hash: Root,
    pub value_hash: Root,
}

impl Leaf {
    pub(super) fn hash(&self) -> Root {
        let parts = Sha256::new_with_prefix([LEAF]).chain_update(self.key_hash);
        parts.chain_update(self.value_hash).finalize().into()
    }
}

impl Child {
    /// Hash of what is there; zeros stand for nothing.
    pub(super) const fn hash(&self) -> Root {
        match self {
            Self::Empty => [0; HASH_BYTES],
            Self::Leaf(hash) | Self::Inner(hash) => *hash,
        }
    }

    const fn tag(&self) -> u8 {
        match self {
            Self::Empty => EMPTY,
            Self::Leaf(_) => LEAF,
            Self::Inner(_) => INNER,
        }
    }
}

impl Node {
    pub(super) fn hash(&self) -> Root {
        match self {
            Self::Leaf(leaf) => leaf.hash(),
            Self::Inner { left, right } => {
                let parts = Sha256::new_with_prefix([INNER]).chain_update(left.hash());
                parts.chain_update(right.hash()).finalize().into()
            }
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Leaf(leaf) => [&[LEAF][..], &leaf.key_hash, &leaf.value_hash].concat(),
            Self::Inner { left, right } => {
                [&[INNER, left.tag()][..], &left.hash(), &[right.tag()], &right.hash()].concat()
            }
        }
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        match (bytes, bytes.len()) {
            ([LEAF, hashes @ ..], LEAF_BYTES) => {
                let (key_hash, value_hash) = hashes.split_at(HASH_BYTES);
                let leaf = Leaf { key_hash: hash(key_hash)?, value_hash: hash(value_hash)? };
                Ok(Self::Leaf(leaf))
            }
            ([INNER, children @ ..], INNER_BYTES) => {
                let (left, right) = children.split_at(1 + HASH_BYTES);
                Ok(Self::Inner { left: child(left)?, right: child(right)? })
            }
            _ => Err(CORRUPT),
        }
    }
}

const CORRUPT: StoreError = StoreError::Corrupt { what: "commitment node" };

fn hash(bytes: &[u8]) -> Result<Root, StoreError> {
    bytes.try_into().map_err(|_| CORRUPT)
}

fn child(bytes: &[u8]) -> Result<Child, StoreError> {
    match bytes.split_first() {
        Some((&EMPTY, _)) => Ok(Child::Empty),
        Some((&LEAF, rest)) => Ok(Child::Leaf(hash(rest)?)),
        Some((&INNER, rest)) => Ok(Child::Inner(hash(rest)?)),
        _ => Err(CORRUPT),
    }
}

/// A place in the tree: the first `depth` bits of the hashes of all keys below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Path {
    depth: u16,
    bits: Root,
}

impl Path {
    pub(super) const ROOT: Self = Self { depth: 0, bits: [0; HASH_BYTES] };

    /// The place one step down, to the right when `is_right`.
    pub(super) fn step(mut self, is_right: bool) -> Self {
        if is_right && let Some(byte) = self.bits.get_mut(usize::from(self.depth / 8)) {
            *byte |= 0x80 >> (self.depth % 8);
        }
        self.depth += 1;
        self
    }

    /// Whether `key_hash` goes right below this place.
    pub(super) fn turns_right(&self, key_hash: &Root) -> bool {
        let byte = key_hash.get(usize::from(self.depth / 8)).copied().unwrap_or_default();
        byte & (0x80 >> (self.depth % 8)) != 0
    }

    /// The key under which the node is stored: depth, then the bits that count.
    pub(super) fn storage_key(&self) -> Vec<u8> {
        let bytes_used = usize::from(self.depth.div_ceil(8));
        let mut key = self.depth.to_be_bytes().to_vec();
        key.extend(self.bits.iter().take(bytes_used));
        key
    }
}
