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
            let above = above(below);
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
        self.range_path(index, 1)
    }

    /// The siblings of `count` leaves from `first` on: on every level the left one, then the right one.
    pub fn range_path(&self, first: u64, count: u64) -> Vec<Node> {
        let node = |height: u32, index: u64| self.node(height, index).unwrap_or_default();
        range_path(first, count, self.leaves(), node)
    }

    /// The node `height` levels above the leaves.
    pub fn node(&self, height: u32, index: u64) -> Option<Node> {
        self.levels.get(height as usize)?.get(index as usize).copied()
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

/// The level above a level; an odd node moves up unchanged.
fn above(level: &[Node]) -> Vec<Node> {
    let pairs = level.chunks(2).map(|pair| match pair {
        [left, right] => join(left, right),
        odd => odd[0],
    });
    pairs.collect()
}

/// The root over nodes that are all leaves of a tree, or all nodes of one level of it; `None` for none.
pub fn fold(mut level: Vec<Node>) -> Option<Node> {
    while level.len() > 1 {
        level = above(&level);
    }
    level.first().copied()
}

/// The siblings of `count` leaves from `first` on in a tree whose nodes `node(height, index)` gives.
pub fn range_path(
    first: u64,
    count: u64,
    leaves: u64,
    node: impl Fn(u32, u64) -> Node,
) -> Vec<Node> {
    let (mut first, mut end, mut width) = (first, first + count, leaves);
    let mut path = Vec::new();
    let mut height = 0;
    while width > 1 {
        if first & 1 == 1 {
            path.push(node(height, first - 1));
        }
        if end & 1 == 1 && end < width {
            path.push(node(height, end));
        }
        (first, end, width) = (first / 2, end.div_ceil(2), width.div_ceil(2));
        height += 1;
    }
    path
}

/// The root that a leaf and its path lead to; `None` when the path has another length than the tree says.
pub fn root_of_path(leaf: Node, index: u64, leaves: u64, path: &[Node]) -> Option<Node> {
    root_of_range(alloc::vec![leaf], index, leaves, path)
}

/// The root that consecutive leaves from `first` on and their path lead to; `None` when there is no leaf, when they
/// do not all lie in the tree, or when the path has another length than the tree says.
pub fn root_of_range(range: Vec<Node>, first: u64, leaves: u64, path: &[Node]) -> Option<Node> {
    let mut end = first.checked_add(range.len() as u64)?;
    if range.is_empty() || end > leaves {
        return None;
    }
    let (mut level, mut first, mut width) = (range, first, leaves);
    let mut path = path.iter();
    while width > 1 {
        let mut whole = Vec::with_capacity(level.len() + 2);
        if first & 1 == 1 {
            whole.push(*path.next()?);
        }
        whole.append(&mut level);
        // The last node of an odd level moves up unchanged.
        if end & 1 == 1 && end < width {
            whole.push(*path.next()?);
        }
        level = above(&whole);
        (first, end, width) = (first / 2, end.div_ceil(2), width.div_ceil(2));
    }
    path.next().is_none().then(|| level.first().copied()).flatten()
}

/// Whether two paths of one leaf have the same siblings on its left: then the trees agree on all leaves before it.
pub fn agree_before(index: u64, leaves: u64, one: &[Node], other: &[Node]) -> bool {
    let (mut index, mut width) = (index, leaves);
    let mut pairs = one.iter().zip(other);
    while width > 1 {
        if index & 1 == 1 || index + 1 < width {
            let Some((one, other)) = pairs.next() else { return false };
            if index & 1 == 1 && one != other {
                return false;
            }
        }
        (index, width) = (index / 2, width.div_ceil(2));
    }
    one.len() == other.len() && pairs.next().is_none()
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

        #[test]
        fn every_range_opens_and_no_other_does(count in 1usize..40, first: usize, length: usize, flip: usize) {
            let nodes: Vec<Node> = (0..count).map(|i| [i as u8 + 1; 32]).collect();
            let tree = Tree::of_nodes(nodes.clone());
            let first = first % count;
            let length = 1 + length % (count - first);
            let range = nodes[first..first + length].to_vec();
            let (start, leaves) = (first as u64, count as u64);
            let path = tree.range_path(start, length as u64);
            let root = |range: &[Node], start: u64, path: &[Node]| root_of_range(range.to_vec(), start, leaves, path);
            prop_assert_eq!(root(&range, start, &path), Some(tree.root()));
            prop_assert_eq!(fold(nodes.clone()), Some(tree.root()));
            let mut other = range.clone();
            other[flip % length][0] ^= 0x80;
            prop_assert_ne!(root(&other, start, &path), Some(tree.root()));
            for elsewhere in (0..leaves).filter(|elsewhere| *elsewhere != start) {
                prop_assert_ne!(root(&range, elsewhere, &path), Some(tree.root()));
            }
            prop_assert_eq!(root(&[], start, &path), None);
            prop_assert_eq!(root(&range, leaves, &path), None);
            prop_assert_eq!(root(&range, u64::MAX, &path), None);
            prop_assert_eq!(root(&range, start, &[&path[..], &[[0; 32]]].concat()), None);
        }

        #[test]
        fn two_paths_agree_before_the_first_difference_only(count in 2usize..60, one: usize, other: usize) {
            let nodes: Vec<Node> = (0..count).map(|i| [i as u8; 32]).collect();
            let (one, other) = (one % count, other % count);
            let mut changed = nodes.clone();
            changed[one][0] ^= 0x80;
            changed[other][1] ^= 0x80;
            let (tree, lie) = (Tree::of_nodes(nodes), Tree::of_nodes(changed));
            for index in 0..count as u64 {
                let (own, theirs) = (tree.path(index), lie.path(index));
                let agreed = agree_before(index, count as u64, &own, &theirs);
                prop_assert_eq!(agreed, index as usize <= one.min(other));
                if !own.is_empty() {
                    prop_assert!(!agree_before(index, count as u64, &own[1..], &theirs));
                    prop_assert!(!agree_before(index, count as u64, &own[1..], &theirs[1..]));
                }
            }
        }
    }
}
