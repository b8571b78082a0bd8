//! Merkle trees over 1 KiB leaves, as the model root has them, with openings.

use alloc::vec::Vec;

use sha2::{Digest, Sha256};

/// Bytes of one leaf.
pub const LEAF_BYTES: usize = 1024;

/// A hash.
pub type Node = [u8; 32];

/// SHA-256 of the joined parts.
pub fn hash(parts: &[&[u8]]) -> Node {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Hash of a leaf: `H(0x00 ‖ bytes)`.
pub fn leaf(bytes: &[u8]) -> Node {
    hash(&[&[0], bytes])
}

/// Hash of an inner node: `H(0x01 ‖ left ‖ right)`.
pub fn join(left: &Node, right: &Node) -> Node {
    hash(&[&[1], left, right])
}

/// A tree with all its levels, leaves first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    levels: Vec<Vec<Node>>,
}

impl Tree {
    /// Over the 1 KiB chunks of a byte string; an empty one is a single empty leaf.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::of_nodes(alloc::vec![leaf(&[])]);
        }
        Self::of_nodes(bytes.chunks(LEAF_BYTES).map(leaf).collect())
    }

    /// Over hashes, at least one.
    pub fn of_nodes(leaves: Vec<Node>) -> Self {
        let mut levels = alloc::vec![leaves];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let above = below.chunks(2).map(|pair| match pair {
                [left, right] => join(left, right),
                odd => odd[0],
            });
            let above = above.collect();
            levels.push(above);
        }
        Self { levels }
    }

    /// The root.
    pub fn root(&self) -> Node {
        self.levels.last().and_then(|level| level.first()).copied().unwrap_or_default()
    }

    /// Number of leaves.
    pub fn leaves(&self) -> u64 {
        self.levels.first().map_or(0, Vec::len) as u64
    }

    /// The siblings of a leaf on the way up; an odd node has none.
    pub fn path(&self, index: u64) -> Vec<Node> {
        let mut path = Vec::new();
        let mut index = index as usize;
        for level in &self.levels {
            path.extend(level.get(index ^ 1));
            index /= 2;
        }
        path
    }

    /// The first leaf in which two trees of one size differ, and how many nodes were compared on the way down.
    ///
    /// Every step looks at one pair of left children: a game of one move a level.
    pub fn first_difference(&self, other: &Self) -> Option<(u64, u32)> {
        if self.root() == other.root() || self.leaves() != other.leaves() {
            return None;
        }
        let (mut index, mut compared) = (0usize, 1);
        for level in (0..self.levels.len() - 1).rev() {
            index *= 2;
            compared += 1;
            if self.levels[level].get(index) == other.levels[level].get(index) {
                index += 1;
            }
        }
        Some((index as u64, compared))
    }
}

/// The root that a leaf and its path lead to; `None` when the path has another length than the tree says.
pub fn root_of_path(leaf: Node, index: u64, leaves: u64, path: &[Node]) -> Option<Node> {
    if index >= leaves {
        return None;
    }
    let (mut node, mut index, mut width) = (leaf, index, leaves);
    let mut path = path.iter();
    while width > 1 {
        // The last node of an odd level moves up unchanged.
        if index ^ 1 < width {
            let sibling = path.next()?;
            node = if index & 1 == 0 { join(&node, sibling) } else { join(sibling, &node) };
        }
        index /= 2;
        width = width.div_ceil(2);
    }
    path.next().is_none().then_some(node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_leaf_opens_and_nothing_else_does(count in 1usize..40, index: usize, flip in 0usize..256, at: usize) {
            let bytes: Vec<u8> = (0..count * LEAF_BYTES - 1).map(|i| (i / 7) as u8).collect();
            let tree = Tree::of_bytes(&bytes);
            let index = index % count;
            let chunk = leaf(bytes.chunks(LEAF_BYTES).nth(index).unwrap());
            let (index, count) = (index as u64, count as u64);
            let mut path = tree.path(index);
            prop_assert_eq!(root_of_path(chunk, index, count, &path), Some(tree.root()));
            prop_assert_eq!(root_of_path(chunk, count, count, &path), None);
            for other in (0..count).filter(|other| *other != index) {
                prop_assert_ne!(root_of_path(chunk, other, count, &path), Some(tree.root()));
            }
            path.push([0; 32]);
            prop_assert_eq!(root_of_path(chunk, index, count, &path), None);
            path.pop();
            if !path.is_empty() {
                let at = at % path.len();
                path[at][flip / 8] ^= 1 << (flip % 8);
                prop_assert_ne!(root_of_path(chunk, index, count, &path), Some(tree.root()));
                path.pop();
                prop_assert_ne!(root_of_path(chunk, index, count, &path), Some(tree.root()));
            }
        }

        #[test]
        fn the_first_difference_is_found(count in 1usize..60, changed in proptest::collection::btree_set(any::<usize>(), 1..4)) {
            let nodes: Vec<Node> = (0..count).map(|i| [i as u8; 32]).collect();
            let mut others = nodes.clone();
            let changed: std::collections::BTreeSet<usize> = changed.into_iter().map(|i| i % count).collect();
            for index in &changed {
                others[*index][0] ^= 0x80;
            }
            let (tree, other) = (Tree::of_nodes(nodes), Tree::of_nodes(others));
            let (found, compared) = tree.first_difference(&other).unwrap();
            prop_assert_eq!(Some(&(found as usize)), changed.first());
            prop_assert!(compared <= 7);
            prop_assert_eq!(tree.first_difference(&tree), None);
        }
    }
}
