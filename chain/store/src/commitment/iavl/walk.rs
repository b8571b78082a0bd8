//! A tree from its leaves to its root.

use super::{
    Nodes, Tree,
    node::{Inner, Subtree},
    record,
};
use crate::StoreError;

/// A node on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visited<'a> {
    /// A key.
    Leaf {
        /// The key.
        key: &'a [u8],
        /// Height at which it was written.
        version: u64,
    },
    /// The node above the last two subtrees that have none above them yet.
    Inner {
        /// Height at which it was built.
        version: u64,
    },
}

impl Tree {
    /// Shows every node once, children before parents and left before right: the order from which
    /// [`Builder`](super::Builder) makes the same tree again. Nodes that are not in memory are read and not
    /// kept, so that a walk over a large tree does not fill the memory.
    pub(crate) fn visit<E: From<StoreError>>(
        &self,
        nodes: &dyn Nodes,
        visit: &mut impl FnMut(Visited<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.root.as_ref().map_or(Ok(()), |root| below(root, nodes, visit))
    }
}

fn below<E: From<StoreError>>(
    subtree: &Subtree,
    nodes: &dyn Nodes,
    visit: &mut impl FnMut(Visited<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let inner: &Inner = match subtree {
        Subtree::Leaf(leaf) => {
            return visit(Visited::Leaf { key: &leaf.key, version: leaf.version });
        }
        Subtree::Inner(inner) => inner,
    };
    let read;
    let branch = match inner.loaded() {
        Some(branch) => branch,
        None => {
            read = record::decode(&nodes.record(inner.id)?)?;
            &read
        }
    };
    for child in [&branch.left, &branch.right] {
        // Records point downwards, also damaged ones: the walk ends.
        if child.height() >= inner.height {
            return Err(StoreError::Corrupt { what: "height of a commitment node" }.into());
        }
        below(child, nodes, visit)?;
    }
    visit(Visited::Inner { version: inner.id.version })
}
