//! A tree's root computed again from the values, trusting no stored hash, height or size.

use super::{
    Nodes, Tree,
    node::{self, Subtree},
};
use crate::{Entry, Root, StoreError};

const CORRUPT: StoreError = StoreError::Corrupt { what: "shape of a commitment tree" };

/// What was found below a node.
struct Found {
    hash: Root,
    height: u8,
    size: u64,
    smallest: Vec<u8>,
}

impl Tree {
    /// The root of this tree's shape and versions over `entries`, which must hold exactly its keys, in
    /// order. Fails where the shape is not that of an IAVL tree.
    pub fn rehash(
        &self,
        nodes: &dyn Nodes,
        entries: &mut dyn Iterator<Item = Result<Entry, StoreError>>,
    ) -> Result<Root, StoreError> {
        let root = match &self.root {
            Some(root) => below(root, nodes, entries)?.hash,
            None => node::empty_root(),
        };
        if entries.next().is_some() { Err(CORRUPT) } else { Ok(root) }
    }
}

fn below(
    subtree: &Subtree,
    nodes: &dyn Nodes,
    entries: &mut dyn Iterator<Item = Result<Entry, StoreError>>,
) -> Result<Found, StoreError> {
    let inner = match subtree {
        Subtree::Leaf(leaf) => {
            let (key, value) = entries.next().ok_or(CORRUPT)??;
            if key != *leaf.key {
                return Err(CORRUPT);
            }
            let hash = node::leaf_hash(&key, &value, leaf.version);
            return Ok(Found { hash, height: 0, size: 1, smallest: key });
        }
        Subtree::Inner(inner) => inner,
    };
    let branch = inner.branch(nodes)?;
    let left = below(&branch.left, nodes, entries)?;
    let right = below(&branch.right, nodes, entries)?;
    let (height, size) = (left.height.max(right.height) + 1, left.size + right.size);
    let is_sound = left.height.abs_diff(right.height) <= 1
        && *branch.key == *right.smallest
        && (inner.height, inner.size) == (height, size);
    if !is_sound {
        return Err(CORRUPT);
    }
    let hash = node::inner_hash(height, size, inner.id.version, &left.hash, &right.hash);
    Ok(Found { hash, height, size, smallest: left.smallest })
}
