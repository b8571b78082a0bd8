//! A tree made again from the order of its nodes, without trusting whoever says it.
//!
//! Of an inner node only the version has to be known: height, size, key and hash follow from its children.
//! So there is nothing to contradict, and a wrong version shows in the hash of the root.

use std::sync::Arc;

use super::{
    NewNode, NodeId, Tree,
    node::{self, Branch, Inner, Key, Leaf, Subtree},
};

/// Most subtrees without a node above them. A balanced tree of 2^40 keys has at most 58 levels, so a true
/// tree never comes near.
const MAX_OPEN: usize = 96;

/// Why nodes in this order are no IAVL tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// A key that does not come after the one before.
    #[error("a key does not come after the one before it")]
    Unsorted,
    /// An inner node without two subtrees below.
    #[error("an inner node lacks a child")]
    Childless,
    /// Two subtrees whose heights differ by more than one.
    #[error("an inner node is not balanced")]
    Unbalanced,
    /// More subtrees side by side than a balanced tree has.
    #[error("more than {limit} subtrees without a node above them")]
    TooWide {
        /// Most that are accepted.
        limit: usize,
    },
    /// A node older than what is below it, or newer than the tree.
    #[error("a node of version {version} cannot be there")]
    Version {
        /// The version.
        version: u64,
    },
    /// More nodes than can be numbered.
    #[error("too many nodes")]
    TooMany,
    /// The end, with several subtrees left.
    #[error("{subtrees} subtrees without a root")]
    Rootless {
        /// How many.
        subtrees: usize,
    },
}

/// A tree of which only a part is known.
#[derive(Debug)]
pub(crate) struct Builder {
    /// Height of the whole tree: no node is newer.
    height: u64,
    open: Vec<Part>,
    last_key: Option<Key>,
    built: u32,
}

#[derive(Debug)]
struct Part {
    subtree: Subtree,
    version: u64,
    smallest: Key,
}

impl Builder {
    /// Nothing of a tree at `height`.
    pub(crate) const fn new(height: u64) -> Self {
        Self { height, open: Vec::new(), last_key: None, built: 0 }
    }

    /// Adds a key with its value and the height at which it was written.
    pub(crate) fn leaf(
        &mut self,
        key: &[u8],
        value: &[u8],
        version: u64,
    ) -> Result<(), ShapeError> {
        if version > self.height {
            return Err(ShapeError::Version { version });
        }
        if self.last_key.as_ref().is_some_and(|last| **last >= *key) {
            return Err(ShapeError::Unsorted);
        }
        if self.open.len() >= MAX_OPEN {
            return Err(ShapeError::TooWide { limit: MAX_OPEN });
        }
        let leaf = Leaf::new(key, value, version);
        let smallest = Key::clone(&leaf.key);
        self.last_key = Some(Key::clone(&smallest));
        self.open.push(Part { subtree: Subtree::Leaf(leaf), version, smallest });
        Ok(())
    }

    /// Joins the last two subtrees by a node that was built at height `version`; returns what must be
    /// stored of it. Numbers of nodes are not hashed: they only have to differ.
    pub(crate) fn inner(&mut self, version: u64) -> Result<NewNode, ShapeError> {
        let (Some(right), Some(left)) = (self.open.pop(), self.open.pop()) else {
            return Err(ShapeError::Childless);
        };
        if version > self.height || version < left.version.max(right.version) {
            return Err(ShapeError::Version { version });
        }
        let (low, high) = (left.subtree.height(), right.subtree.height());
        if low.abs_diff(high) > 1 {
            return Err(ShapeError::Unbalanced);
        }
        let sizes = left.subtree.size().checked_add(right.subtree.size());
        let (size, height) = (sizes.ok_or(ShapeError::TooMany)?, low.max(high).saturating_add(1));
        let hashes = (left.subtree.hash(), right.subtree.hash());
        let hash = node::inner_hash(height, size, version, &hashes.0, &hashes.1);
        let id = NodeId { version, nonce: self.built };
        self.built = self.built.checked_add(1).ok_or(ShapeError::TooMany)?;
        // What is below is on its way to the disk and needs no memory any more.
        let subtree = Subtree::Inner(Arc::new(Inner::stored(id, height, size, hash)));
        self.open.push(Part { subtree, version, smallest: left.smallest });
        let branch = Branch { key: right.smallest, left: left.subtree, right: right.subtree };
        Ok(NewNode { id, branch })
    }

    /// The tree, if its root has come.
    pub(crate) fn finish(mut self) -> Result<Tree, ShapeError> {
        let root = self.open.pop().map(|part| part.subtree);
        match self.open.len() {
            0 => Ok(Tree { root }),
            others => Err(ShapeError::Rootless { subtrees: others + 1 }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(builder: &mut Builder, keys: &[u8]) {
        for key in keys {
            builder.leaf(&[*key], b"value", 1).unwrap();
        }
    }

    #[test]
    fn nothing_is_the_empty_tree() {
        assert_eq!(Builder::new(3).finish().unwrap().root(), node::empty_root());
    }

    #[test]
    fn what_no_tree_can_be_is_refused_by_its_name() {
        let mut builder = Builder::new(3);
        leaves(&mut builder, &[5]);
        assert_eq!(builder.leaf(&[5], b"", 1), Err(ShapeError::Unsorted));
        assert_eq!(builder.leaf(&[6], b"", 4), Err(ShapeError::Version { version: 4 }));
        assert_eq!(builder.inner(1).unwrap_err(), ShapeError::Childless);

        let mut builder = Builder::new(3);
        builder.leaf(&[1], b"", 3).unwrap();
        builder.leaf(&[2], b"", 1).unwrap();
        assert_eq!(builder.inner(2).unwrap_err(), ShapeError::Version { version: 2 });

        let mut builder = Builder::new(3);
        leaves(&mut builder, &[1, 2, 3, 4]);
        builder.inner(1).unwrap();
        builder.inner(1).unwrap();
        assert_eq!(builder.inner(1).unwrap_err(), ShapeError::Unbalanced);

        let mut builder = Builder::new(3);
        leaves(&mut builder, &[1, 2]);
        assert_eq!(builder.finish().unwrap_err(), ShapeError::Rootless { subtrees: 2 });

        let mut builder = Builder::new(3);
        let many = u8::try_from(MAX_OPEN).unwrap();
        leaves(&mut builder, &(0..many).collect::<Vec<_>>());
        assert_eq!(builder.leaf(&[many], b"", 1), Err(ShapeError::TooWide { limit: MAX_OPEN }));
    }
}
