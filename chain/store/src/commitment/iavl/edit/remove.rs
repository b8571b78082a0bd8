//! Taking a key out of a tree.

use std::{mem, sync::Arc};

use super::{Draft, Editor};
use crate::{
    StoreError,
    commitment::iavl::node::{Key, Subtree},
};

impl Editor<'_> {
    /// Removes `key`; that it is absent changes nothing, not even a node's version.
    pub(in crate::commitment::iavl) fn remove(&mut self, key: &[u8]) -> Result<(), StoreError> {
        let Some(mut root) = self.root.take() else { return Ok(()) };
        if self.holds(&root, key)? {
            if root.as_leaf().is_some() {
                return Ok(());
            }
            self.remove_below(&mut root, key)?;
        }
        self.root = Some(root);
        Ok(())
    }

    /// Removes `key`, which is below `at`, an inner node. Returns the smallest key that is left below
    /// where that changed.
    fn remove_below(&mut self, at: &mut Draft, key: &[u8]) -> Result<Option<Key>, StoreError> {
        let node = self.open(at)?;
        let goes_left = key < &*node.key;
        let (child, sibling) = if goes_left {
            (&mut node.left, &mut node.right)
        } else {
            (&mut node.right, &mut node.left)
        };
        if let Some(leaf) = child.as_leaf() {
            // The node goes with its leaf: the other side takes its place.
            let removed = Draft::leaf(Arc::clone(leaf));
            let sibling = mem::replace(sibling, removed);
            let smallest = goes_left.then(|| Key::clone(&node.key));
            *at = sibling;
            return Ok(smallest);
        }
        let mut smallest = self.remove_below(child, key)?;
        if !goes_left && let Some(key) = smallest.take() {
            node.key = key;
        }
        self.balance(node)?;
        Ok(smallest)
    }

    fn holds(&self, root: &Draft, key: &[u8]) -> Result<bool, StoreError> {
        let mut at = root;
        let mut kept = loop {
            match at {
                Draft::Changed(node) => {
                    at = if key < &*node.key { &node.left } else { &node.right };
                }
                Draft::Kept(subtree) => break subtree,
            }
        };
        loop {
            match kept {
                Subtree::Leaf(leaf) => return Ok(&*leaf.key == key),
                Subtree::Inner(inner) => {
                    let branch = inner.branch(self.nodes)?;
                    kept = if key < &*branch.key { &branch.left } else { &branch.right };
                }
            }
        }
    }
}
