//! What the state is, in one hash.
//!
//! Each store has a tree of its own ([`Commitment`]); the roots of all stores are joined by
//! [`multistore::root`]. So the format of a store's tree can change (IAVL) without its neighbours
//! noticing.

use std::collections::BTreeMap;

use crate::{StoreChanges, StoreError, StoreName};

pub mod multistore;
mod node;
mod sparse;

pub use sparse::SparseMerkle;

/// A SHA-256 hash that stands for a set of keys and values.
pub type Root = [u8; 32];

/// Nodes of a tree as they were at the last commit.
pub trait Nodes {
    /// The node under `key`, if any.
    fn node(&self, store: StoreName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;
}

/// Nodes to write (`None` deletes), by key.
pub type NodeWrites = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// One store's tree after a block, not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedTree {
    /// The new root; none when the store is empty.
    pub root: Option<Root>,
    /// What must be written for the next block to build on.
    pub writes: NodeWrites,
}

/// Turns the changes of a block into a root. Implementations must be deterministic and collision-free:
/// equal roots mean equal keys and values.
pub trait Commitment: Send + Sync {
    /// The tree of `store` after `changes`; writes nothing.
    fn stage(
        &self,
        nodes: &dyn Nodes,
        store: StoreName,
        changes: &StoreChanges,
    ) -> Result<StagedTree, StoreError>;
}
