//! A block's writes to one tree.
//!
//! Nodes on the way to a written key become drafts, which are changed in place; everything beside the way
//! is kept. At the end the drafts are hashed, once each. A draft is what the Go implementation calls a
//! node without node key: the node of the tree before is an orphan from then on.

mod balance;
mod remove;

use std::{cmp::Ordering, sync::Arc};

use super::{
    NodeId, Nodes, StagedTree, Tree,
    node::{Branch, Inner, Key, Leaf, NewNode, Subtree},
};
use crate::StoreError;

/// A tree that is being changed.
pub(super) struct Editor<'a> {
    nodes: &'a dyn Nodes,
    root: Option<Draft>,
    orphans: Vec<NodeId>,
}

/// A part of a tree that is being changed.
enum Draft {
    /// As it was, or a new leaf.
    Kept(Subtree),
    /// Something below has changed.
    Changed(Box<Changed>),
}

struct Changed {
    key: Key,
    left: Draft,
    right: Draft,
    height: u8,
    size: u64,
}

impl<'a> Editor<'a> {
    pub(super) fn new(nodes: &'a dyn Nodes, root: Option<Subtree>) -> Self {
        Self { nodes, root: root.map(Draft::Kept), orphans: Vec::new() }
    }

    /// Writes a key.
    pub(super) fn set(&mut self, leaf: Arc<Leaf>) -> Result<(), StoreError> {
        match self.root.take() {
            None => self.root = Some(Draft::leaf(leaf)),
            Some(mut root) => {
                self.set_below(&mut root, leaf)?;
                self.root = Some(root);
            }
        }
        Ok(())
    }

    /// Returns whether a leaf was added, rather than replaced.
    fn set_below(&mut self, at: &mut Draft, leaf: Arc<Leaf>) -> Result<bool, StoreError> {
        if let Some(there) = at.as_leaf() {
            let there = Arc::clone(there);
            let order = leaf.key.cmp(&there.key);
            *at = match order {
                Ordering::Less => Draft::pair(leaf, there),
                Ordering::Equal => Draft::leaf(leaf),
                Ordering::Greater => Draft::pair(there, leaf),
            };
            return Ok(order != Ordering::Equal);
        }
        let changed = self.open(at)?;
        let child = if leaf.key < changed.key { &mut changed.left } else { &mut changed.right };
        let is_added = self.set_below(child, leaf)?;
        if is_added {
            self.balance(changed)?;
        }
        Ok(is_added)
    }

    /// Makes an inner node a draft. A leaf is never opened: heights say what is one.
    fn open<'b>(&mut self, at: &'b mut Draft) -> Result<&'b mut Changed, StoreError> {
        if let Draft::Kept(Subtree::Inner(inner)) = at {
            let Branch { key, left, right } = inner.branch(self.nodes)?.clone();
            let (left, right) = (Draft::Kept(left), Draft::Kept(right));
            let (height, size) = (inner.height, inner.size);
            self.orphans.push(inner.id);
            *at = Draft::Changed(Box::new(Changed { key, left, right, height, size }));
        }
        match at {
            Draft::Changed(changed) => Ok(changed.as_mut()),
            Draft::Kept(_) => Err(StoreError::Corrupt { what: "height of a commitment node" }),
        }
    }

    /// Hashes the drafts: the tree at height `version`.
    pub(super) fn finish(mut self, version: u64) -> StagedTree {
        let mut written = Vec::new();
        let root = self.root.take().map(|root| freeze(root, version, &mut written));
        StagedTree { tree: Tree { root }, written, orphans: self.orphans }
    }
}

/// Children before parents, so that the root's record comes last.
fn freeze(draft: Draft, version: u64, written: &mut Vec<NewNode>) -> Subtree {
    let changed = match draft {
        Draft::Kept(subtree) => return subtree,
        Draft::Changed(changed) => *changed,
    };
    let left = freeze(changed.left, version, written);
    let right = freeze(changed.right, version, written);
    let branch = Branch { key: changed.key, left, right };
    // Memory ends long before 2^32 nodes.
    let id = NodeId { version, nonce: written.len() as u32 };
    written.push(NewNode { id, branch: branch.clone() });
    Subtree::Inner(Arc::new(Inner::new(id, branch)))
}

impl Draft {
    fn leaf(leaf: Arc<Leaf>) -> Self {
        Self::Kept(Subtree::Leaf(leaf))
    }

    fn pair(left: Arc<Leaf>, right: Arc<Leaf>) -> Self {
        let key = Key::clone(&right.key);
        let (left, right) = (Self::leaf(left), Self::leaf(right));
        Self::Changed(Box::new(Changed { key, left, right, height: 1, size: 2 }))
    }

    fn as_leaf(&self) -> Option<&Arc<Leaf>> {
        match self {
            Self::Kept(Subtree::Leaf(leaf)) => Some(leaf),
            Self::Kept(Subtree::Inner(_)) | Self::Changed(_) => None,
        }
    }

    fn height(&self) -> u8 {
        match self {
            Self::Kept(subtree) => subtree.height(),
            Self::Changed(changed) => changed.height,
        }
    }

    fn size(&self) -> u64 {
        match self {
            Self::Kept(subtree) => subtree.size(),
            Self::Changed(changed) => changed.size,
        }
    }
}
