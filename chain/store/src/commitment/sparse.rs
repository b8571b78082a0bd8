//! A sparse Merkle tree over hashed keys, with lone leaves pulled up.
//!
//! Shape: the path of a key is `sha256(key)`, bit by bit. A place with no key below is empty (32 zero
//! bytes), one with a single key is that leaf, one with more is an inner node. So the shape depends on
//! the set of keys alone, never on the order of writes.
//!
//! Sound, because `leaf = sha256(0 | sha256(key) | sha256(value))` and
//! `inner = sha256(1 | left | right)`: the first byte keeps the kinds apart, a leaf holds its whole path
//! and value, so two different sets with one root would be a collision of SHA-256.
//!
//! A block of `c` changes touches `O(c log n)` nodes; recursion is bounded by the 256 bits of a path.

use sha2::{Digest, Sha256};

use super::{
    Commitment, NodeWrites, Nodes, Root, StagedTree,
    node::{Child, Leaf, Node, Path},
};
use crate::{StoreChanges, StoreError, StoreName};

/// The tree of this module's description; see there.
#[derive(Clone, Copy, Debug, Default)]
pub struct SparseMerkle;

impl Commitment for SparseMerkle {
    fn stage(
        &self,
        nodes: &dyn Nodes,
        store: StoreName,
        changes: &StoreChanges,
    ) -> Result<StagedTree, StoreError> {
        let mut updates: Vec<Update> = changes
            .iter()
            .map(|(key, value)| Update {
                key_hash: Sha256::digest(key).into(),
                value_hash: value.as_ref().map(|value| Sha256::digest(value).into()),
            })
            .collect();
        updates.sort_unstable_by_key(|update| update.key_hash);

        let mut tree = Tree { nodes, store, writes: NodeWrites::new() };
        let before = tree.at_root()?;
        let after = tree.update(Path::ROOT, before, &updates)?;
        tree.place(Path::ROOT, before, after);
        let root = (after != Subtree::Empty).then(|| after.as_child().hash());
        Ok(StagedTree { root, writes: tree.writes })
    }
}

/// One change, hashed; no value deletes.
#[derive(Clone, Copy)]
struct Update {
    key_hash: Root,
    value_hash: Option<Root>,
}

/// What a place holds after the update. A leaf is written by whoever knows its final place; an inner
/// node has written itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subtree {
    Empty,
    Leaf(Leaf),
    Inner(Root),
}

impl Subtree {
    fn as_child(&self) -> Child {
        match self {
            Self::Empty => Child::Empty,
            Self::Leaf(leaf) => Child::Leaf(leaf.hash()),
            Self::Inner(hash) => Child::Inner(*hash),
        }
    }
}

struct Tree<'a> {
    nodes: &'a dyn Nodes,
    store: StoreName,
    writes: NodeWrites,
}

impl Tree<'_> {
    fn update(
        &mut self,
        path: Path,
        before: Child,
        updates: &[Update],
    ) -> Result<Subtree, StoreError> {
        if before == Child::Empty {
            let leaves: Vec<Leaf> = updates.iter().filter_map(inserted).collect();
            return self.build(path, &leaves);
        }
        match self.read(path)? {
            Node::Leaf(leaf) => {
                let mut leaves: Vec<Leaf> = updates.iter().filter_map(inserted).collect();
                if updates.binary_search_by_key(&leaf.key_hash, |update| update.key_hash).is_err() {
                    let place = leaves.partition_point(|other| other.key_hash < leaf.key_hash);
                    leaves.insert(place, leaf);
                }
                self.build(path, &leaves)
            }
            Node::Inner { left, right } => {
                let middle = updates.partition_point(|update| !path.turns_right(&update.key_hash));
                let (to_left, to_right) = updates.split_at(middle);
                let new_left = self.update_or_keep(path.step(false), left, to_left)?;
                let new_right = self.update_or_keep(path.step(true), right, to_right)?;
                self.join(path, (left, new_left), (right, new_right))
            }
        }
    }

    fn update_or_keep(
        &mut self,
        path: Path,
        before: Child,
        updates: &[Update],
    ) -> Result<Subtree, StoreError> {
        match (updates, before) {
            ([], Child::Empty) => Ok(Subtree::Empty),
            ([], Child::Inner(hash)) => Ok(Subtree::Inner(hash)),
            // Its content is needed: it moves up when its sibling is gone.
            ([], Child::Leaf(_)) => match self.read(path)? {
                Node::Leaf(leaf) => Ok(Subtree::Leaf(leaf)),
                Node::Inner { .. } => Err(MISPLACED),
            },
            (some, before) => self.update(path, before, some),
        }
    }

    /// A subtree of `leaves`, sorted by path, where no nodes are stored below.
    fn build(&mut self, path: Path, leaves: &[Leaf]) -> Result<Subtree, StoreError> {
        match leaves {
            [] => Ok(Subtree::Empty),
            [only] => Ok(Subtree::Leaf(*only)),
            several => {
                let middle = several.partition_point(|leaf| !path.turns_right(&leaf.key_hash));
                let (to_left, to_right) = several.split_at(middle);
                let left = self.build(path.step(false), to_left)?;
                let right = self.build(path.step(true), to_right)?;
                self.join(path, (Child::Empty, left), (Child::Empty, right))
            }
        }
    }

    /// The node above two subtrees, each given as it was and as it is now.
    fn join(
        &mut self,
        path: Path,
        (left_before, left): (Child, Subtree),
        (right_before, right): (Child, Subtree),
    ) -> Result<Subtree, StoreError> {
        let (below_left, below_right) = (path.step(false), path.step(true));
        let lone = match (left, right) {
            (Subtree::Empty, Subtree::Empty) => Some(Subtree::Empty),
            (Subtree::Leaf(leaf), Subtree::Empty) | (Subtree::Empty, Subtree::Leaf(leaf)) => {
                Some(Subtree::Leaf(leaf))
            }
            _ => None,
        };
        if let Some(pulled_up) = lone {
            self.place(below_left, left_before, Subtree::Empty);
            self.place(below_right, right_before, Subtree::Empty);
            return Ok(pulled_up);
        }
        self.place(below_left, left_before, left);
        self.place(below_right, right_before, right);
        let node = Node::Inner { left: left.as_child(), right: right.as_child() };
        self.writes.insert(path.storage_key(), Some(node.encode()));
        Ok(Subtree::Inner(node.hash()))
    }

    /// Writes what a place holds now, if that is not there already.
    fn place(&mut self, path: Path, before: Child, now: Subtree) {
        match now {
            Subtree::Empty if before == Child::Empty => {}
            Subtree::Empty => drop(self.writes.insert(path.storage_key(), None)),
            Subtree::Leaf(leaf) if before == Child::Leaf(leaf.hash()) => {}
            Subtree::Leaf(leaf) => {
                drop(self.writes.insert(path.storage_key(), Some(Node::Leaf(leaf).encode())));
            }
            Subtree::Inner(_) => {}
        }
    }

    fn at_root(&self) -> Result<Child, StoreError> {
        let Some(bytes) = self.nodes.node(self.store, &Path::ROOT.storage_key())? else {
            return Ok(Child::Empty);
        };
        let node = Node::decode(&bytes)?;
        Ok(match node {
            Node::Leaf(_) => Child::Leaf(node.hash()),
            Node::Inner { .. } => Child::Inner(node.hash()),
        })
    }

    fn read(&self, path: Path) -> Result<Node, StoreError> {
        let bytes = self.nodes.node(self.store, &path.storage_key())?.ok_or(MISPLACED)?;
        Node::decode(&bytes)
    }
}

const MISPLACED: StoreError = StoreError::Corrupt { what: "commitment tree" };

fn inserted(update: &Update) -> Option<Leaf> {
    update.value_hash.map(|value_hash| Leaf { key_hash: update.key_hash, value_hash })
}

#[cfg(test)]
mod tests;
