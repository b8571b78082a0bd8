//! One store's tree in the IAVL format of the Cosmos SDK (`github.com/cosmos/iavl` v1).
//!
//! Shape: a balanced binary tree with the keys in its leaves. An inner node's key is the smallest key on
//! its right side. A leaf is hashed over height 0, size 1, the height at which it was written, key and
//! `sha256(value)`; an inner node over height, size, the height at which it was built and its children's
//! hashes. The shape depends on the order of writes: a block's writes are applied in the order of keys,
//! as the SDK's caches flush them. Writing a key again makes a new leaf even if the value is the same.
//!
//! Trees are immutable and share what did not change; a block of `c` changes to `n` keys builds
//! `O(c log n)` nodes. Values are not in the tree. Inner nodes are stored as records of
//! their own; a leaf is stored inside its parent, so a proof reads one record a level. A tree is opened
//! without reading any node: a node is read when a write first passes it, and stays in memory then.
//!
//! Memory, once every node is loaded: 224 bytes a key and the key itself, before the allocator rounds up (a
//! leaf of 72 bytes, an inner node of 136, and the key with 16 bytes of counters).

mod build;
mod edit;
mod node;
mod proof;
mod record;
mod rehash;
mod walk;

use crate::{Root, StoreChanges, StoreError};
pub(crate) use build::Builder;
pub use build::ShapeError;
use edit::Editor;
use node::{Leaf, Subtree};
pub use node::{NewNode, NodeId};
pub use proof::Values;
pub(crate) use record::{Reader, put_bytes};
pub(crate) use walk::Visited;

/// Inner nodes of one store's trees that were stored before.
pub trait Nodes {
    /// The record of node `id`; that it is missing is an error.
    fn record(&self, id: NodeId) -> Result<Vec<u8>, StoreError>;
}

/// A tree at one height.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    root: Option<Subtree>,
}

/// A tree after a block, with what must be written for it to be read again.
#[derive(Debug)]
pub struct StagedTree {
    /// The new tree.
    pub tree: Tree,
    /// New nodes.
    pub written: Vec<NewNode>,
    /// Nodes of the tree before that the new one does not hold.
    pub orphans: Vec<NodeId>,
}

impl Tree {
    /// The hash of the whole tree; of an empty one the hash of nothing.
    pub fn root(&self) -> Root {
        self.root.as_ref().map_or_else(node::empty_root, Subtree::hash)
    }

    /// The tree after `changes`, which were made at height `version`.
    pub fn apply(
        &self,
        nodes: &dyn Nodes,
        version: u64,
        changes: &StoreChanges,
    ) -> Result<StagedTree, StoreError> {
        let mut editor = Editor::new(nodes, self.root.clone());
        for (key, value) in changes {
            match value {
                Some(value) => editor.set(Leaf::new(key, value, version))?,
                None => editor.remove(key)?,
            }
        }
        Ok(editor.finish(version))
    }
}

#[cfg(test)]
mod tests;
