//! Nodes that do not change any more, and how they are hashed.

use std::sync::{Arc, OnceLock};

use prost::encoding::encode_varint;
use sha2::{Digest as _, Sha256};

use super::{Nodes, record};
use crate::{Root, StoreError};

/// Length of a hash, as it stands before each hash that is hashed again.
pub(super) const HASH_LENGTH: u8 = 32;
/// Enough for what is hashed of an inner node, and of a leaf with a key of usual length.
const HASHED_BYTES: usize = 128;

/// A key, shared by a leaf and the inner nodes that it separates.
pub(super) type Key = Arc<[u8]>;

/// Where an inner node is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId {
    /// Height at which the node was built.
    pub version: u64,
    /// Number of the node among those of its store and height.
    pub nonce: u32,
}

/// A tree or a part of one.
#[derive(Clone, Debug)]
pub(super) enum Subtree {
    Leaf(Arc<Leaf>),
    Inner(Arc<Inner>),
}

#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) key: Key,
    /// Height at which the key was written.
    pub(super) version: u64,
    pub(super) hash: Root,
}

/// What a parent knows of an inner node, and what is below once it was needed.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) id: NodeId,
    pub(super) height: u8,
    /// Leaves below.
    pub(super) size: u64,
    pub(super) hash: Root,
    branch: OnceLock<Branch>,
}

#[derive(Clone, Debug)]
pub(super) struct Branch {
    /// The smallest key on the right side.
    pub(super) key: Key,
    pub(super) left: Subtree,
    pub(super) right: Subtree,
}

/// An inner node that is not on the disk yet.
#[derive(Debug)]
pub struct NewNode {
    /// Where it belongs.
    pub id: NodeId,
    pub(super) branch: Branch,
}

impl NewNode {
    /// What [`Nodes::record`] must return for it.
    pub fn record(&self) -> Vec<u8> {
        record::encode(&self.branch)
    }
}

/// Hash of a tree without keys: that of nothing.
pub(super) fn empty_root() -> Root {
    Sha256::digest([]).into()
}

/// What the hash of every node begins with; signed numbers in protobuf's zigzag form.
pub(super) fn prefix(height: u8, size: u64, version: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HASHED_BYTES);
    for number in [u64::from(height), size, version] {
        encode_varint(number << 1, &mut bytes);
    }
    bytes
}

/// Hash of a leaf.
pub(super) fn leaf_hash(key: &[u8], value: &[u8], version: u64) -> Root {
    let mut bytes = prefix(0, 1, version);
    encode_varint(key.len() as u64, &mut bytes);
    bytes.extend(key);
    bytes.push(HASH_LENGTH);
    bytes.extend(Sha256::digest(value));
    Sha256::digest(bytes).into()
}

/// Hash of an inner node.
pub(super) fn inner_hash(height: u8, size: u64, version: u64, left: &Root, right: &Root) -> Root {
    let mut bytes = prefix(height, size, version);
    for child in [left, right] {
        bytes.push(HASH_LENGTH);
        bytes.extend(child);
    }
    Sha256::digest(bytes).into()
}

impl Leaf {
    pub(super) fn new(key: &[u8], value: &[u8], version: u64) -> Arc<Self> {
        Arc::new(Self { key: key.into(), version, hash: leaf_hash(key, value, version) })
    }
}

impl Inner {
    /// A node whose children are known.
    pub(super) fn new(id: NodeId, branch: Branch) -> Self {
        let (left, right) = (&branch.left, &branch.right);
        let (height, size) = (left.height().max(right.height()) + 1, left.size() + right.size());
        let hash = inner_hash(height, size, id.version, &left.hash(), &right.hash());
        Self { id, height, size, hash, branch: OnceLock::from(branch) }
    }

    /// A node whose children will be read when they are needed.
    pub(super) fn stored(id: NodeId, height: u8, size: u64, hash: Root) -> Self {
        Self { id, height, size, hash, branch: OnceLock::new() }
    }

    /// What is below, if it is in memory.
    pub(super) fn loaded(&self) -> Option<&Branch> {
        self.branch.get()
    }

    /// What is below.
    pub(super) fn branch(&self, nodes: &dyn Nodes) -> Result<&Branch, StoreError> {
        if let Some(branch) = self.branch.get() {
            return Ok(branch);
        }
        let read = record::decode(&nodes.record(self.id)?)?;
        Ok(self.branch.get_or_init(|| read))
    }
}

impl Subtree {
    pub(super) fn hash(&self) -> Root {
        match self {
            Self::Leaf(leaf) => leaf.hash,
            Self::Inner(inner) => inner.hash,
        }
    }

    pub(super) fn height(&self) -> u8 {
        match self {
            Self::Leaf(_) => 0,
            Self::Inner(inner) => inner.height,
        }
    }

    pub(super) fn size(&self) -> u64 {
        match self {
            Self::Leaf(_) => 1,
            Self::Inner(inner) => inner.size,
        }
    }
}
