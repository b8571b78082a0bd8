//! The Merkle root of a section whose bytes arrive piece by piece.

use rayon::prelude::*;
use stoa_trace::merkle::{LEAF_BYTES, Node, join, leaf};

/// Hashes leaves as they fill up; keeps one node a level and less than one leaf.
#[derive(Default)]
pub struct MerkleStream {
    rest: Vec<u8>,
    /// Roots of complete subtrees, the widest first: one for every bit of the number of leaves.
    subtrees: Vec<Node>,
    leaves: u64,
}

impl MerkleStream {
    /// Adds bytes and returns the hashes of the leaves that became full.
    pub fn push(&mut self, mut bytes: &[u8]) -> Vec<Node> {
        let mut nodes = Vec::new();
        if !self.rest.is_empty() {
            let (fill, others) = bytes.split_at(bytes.len().min(LEAF_BYTES - self.rest.len()));
            self.rest.extend(fill);
            bytes = others;
            if self.rest.len() == LEAF_BYTES {
                nodes.push(leaf(&self.rest));
                self.rest.clear();
            }
        }
        let (full, rest) = bytes.split_at(bytes.len() / LEAF_BYTES * LEAF_BYTES);
        nodes.par_extend(full.par_chunks(LEAF_BYTES).map(leaf));
        self.rest.extend(rest);
        nodes.iter().for_each(|node| self.add(*node));
        nodes
    }

    /// The last leaf, if one is begun or none was full, and the root.
    pub fn finish(mut self) -> (Option<Node>, Node) {
        let last = (!self.rest.is_empty() || self.leaves == 0).then(|| leaf(&self.rest));
        if let Some(last) = last {
            self.add(last);
        }
        // The narrower subtrees move up unchanged until they meet the next wider one.
        let root = self.subtrees.into_iter().rev().reduce(|right, left| join(&left, &right));
        (last, root.unwrap_or_default())
    }

    fn add(&mut self, node: Node) {
        let mut node = node;
        let mut number = self.leaves;
        while number & 1 == 1 {
            let Some(left) = self.subtrees.pop() else { break };
            node = join(&left, &node);
            number >>= 1;
        }
        self.subtrees.push(node);
        self.leaves += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use stoa_trace::merkle::Tree;

    use super::*;

    proptest! {
        #[test]
        fn pieces_of_any_size_give_the_leaves_and_the_root_of_the_whole(
            length in 0usize..40_000,
            pieces in proptest::collection::vec(1usize..5000, 1..20),
        ) {
            let bytes: Vec<u8> = (0..length).map(|index| (index * 7 / 3) as u8).collect();
            let (mut stream, mut nodes, mut rest) = (MerkleStream::default(), Vec::new(), &bytes[..]);
            for size in pieces.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, others) = rest.split_at(rest.len().min(*size));
                nodes.extend(stream.push(piece));
                rest = others;
            }
            let (last, root) = stream.finish();
            nodes.extend(last);
            let tree = Tree::of_bytes(&bytes);
            prop_assert_eq!(root, tree.root());
            prop_assert_eq!(Tree::of_nodes(nodes).root(), tree.root());
        }
    }
}
