//! The commitment to a trace: one root over the records of its tensors, in order.

use alloc::vec::Vec;

use crate::{
    Kind, Shape, Tensor, Trace,
    merkle::{LEAF_BYTES, Node, Tree, hash},
};

/// Where two traces differ first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// The tensor.
    pub tensor: Tensor,
    /// The 1 KiB leaf of its bytes.
    pub leaf: u64,
    /// Nodes that were compared on the way.
    pub compared: u32,
}

/// Trees over every tensor and over their records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    shape: Shape,
    records: Tree,
    tensors: Vec<Tree>,
}

/// Record of a tensor: `H(0x02 ‖ length of name (1) ‖ name ‖ length of content (8, little-endian) ‖ root of content)`.
pub fn record_of(tensor: Tensor, bytes: u64, root: &Node) -> Node {
    record_named(&tensor.name(), bytes, root)
}

/// The same for any content with a name, as the model root has them.
pub(crate) fn record_named(name: &str, bytes: u64, root: &Node) -> Node {
    hash(&[&[2, name.len() as u8], name.as_bytes(), &bytes.to_le_bytes(), root])
}

impl Commitment {
    /// Hashes a whole trace.
    pub fn of(trace: &Trace) -> Self {
        let shape = trace.shape();
        let mut tensors = Vec::new();
        let mut records = Vec::new();
        for tensor in (0..shape.tensors()).filter_map(|number| shape.tensor(number)) {
            let bytes = trace.bytes(tensor);
            let tree = Tree::of_bytes(bytes);
            records.push(record_of(tensor, bytes.len() as u64, &tree.root()));
            tensors.push(tree);
        }
        Self { shape, records: Tree::of_nodes(records), tensors }
    }

    /// The root that a party commits to.
    pub fn root(&self) -> Node {
        self.records.root()
    }

    /// The tree over the records.
    pub fn records(&self) -> &Tree {
        &self.records
    }

    /// The tree of one tensor.
    pub fn tensor(&self, tensor: Tensor) -> Option<&Tree> {
        self.tensors.get(self.shape.number(tensor) as usize)
    }

    /// The first tensor in which two commitments of one shape differ, and the first leaf in it; `None` for equal
    /// roots or another shape.
    pub fn first_difference(&self, other: &Self) -> Option<Difference> {
        let (number, above) = self.records.first_difference(&other.records)?;
        let tensor = self.shape.tensor(number as u32)?;
        let (leaf, below) = self.tensor(tensor)?.first_difference(other.tensor(tensor)?)?;
        Some(Difference { tensor, leaf, compared: above + below })
    }
}

impl Difference {
    /// The first element of the leaf in which two traces differ.
    pub fn element(&self, one: &Trace, other: &Trace) -> Option<u64> {
        let start = self.leaf as usize * LEAF_BYTES;
        let (one, other) =
            (one.bytes(self.tensor).get(start..)?, other.bytes(self.tensor).get(start..)?);
        let byte = one.iter().zip(other).position(|(a, b)| a != b)? + start;
        Some(match self.tensor.kind() {
            Kind::Words => byte as u64 / 4,
            Kind::Codes => byte as u64,
        })
    }
}
