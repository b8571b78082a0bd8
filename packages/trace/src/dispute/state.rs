//! Where a dispute stands, in a fixed number of bytes.

use super::{Refused, Side};
use crate::merkle::Node;

/// What the dispute waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// A party goes down from the other's last reveal.
    Descend(Side),
    /// The claimant opens the leaf that differs.
    Leaf,
    /// The challenger names an element of it, and refutes it if its row is short.
    Element,
    /// The claimant states the contributions to the element.
    Contributions,
    /// The challenger refutes one of them.
    Chunk,
}

/// A dispute's state: two nodes that differ, and what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// What it waits for.
    pub phase: Phase,
    /// The claimant's node.
    pub claimant: Node,
    /// The challenger's node at the same place.
    pub challenger: Node,
    /// Number of the tensor in whose tree they are; `None` in the tree of records.
    pub tensor: Option<u32>,
    /// Levels above the leaves of that tree.
    pub height: u32,
    /// Their index on the level.
    pub index: u64,
    /// The element, from [`Phase::Contributions`] on.
    pub element: u64,
    /// Its claimed value.
    pub value: i32,
    /// Hash of the stated contributions.
    pub stated: Node,
}

/// Length of a state in bytes.
pub const STATE_BYTES: usize = 1 + 32 + 32 + 4 + 1 + 8 + 8 + 4 + 32;
/// Number of no tensor.
const NO_TENSOR: u32 = u32::MAX;

impl State {
    /// Fields in the order of declaration, little-endian.
    pub fn to_bytes(&self) -> [u8; STATE_BYTES] {
        let mut bytes = [0; STATE_BYTES];
        let mut at = 0;
        let mut put = |part: &[u8]| {
            bytes[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        };
        put(&[match self.phase {
            Phase::Descend(Side::Claimant) => 0,
            Phase::Descend(Side::Challenger) => 1,
            Phase::Leaf => 2,
            Phase::Element => 3,
            Phase::Contributions => 4,
            Phase::Chunk => 5,
        }]);
        put(&self.claimant);
        put(&self.challenger);
        put(&self.tensor.unwrap_or(NO_TENSOR).to_le_bytes());
        put(&[self.height as u8]);
        put(&self.index.to_le_bytes());
        put(&self.element.to_le_bytes());
        put(&self.value.to_le_bytes());
        put(&self.stated);
        bytes
    }

    /// Reads a state.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Refused> {
        Self::read(bytes).ok_or(Refused::Message)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; STATE_BYTES] = bytes.try_into().ok()?;
        let node = |at: usize| bytes.get(at..at + 32)?.try_into().ok();
        let long = |at: usize| bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes);
        let word = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
        let phase = match bytes[0] {
            0 => Phase::Descend(Side::Claimant),
            1 => Phase::Descend(Side::Challenger),
            2 => Phase::Leaf,
            3 => Phase::Element,
            4 => Phase::Contributions,
            5 => Phase::Chunk,
            _ => return None,
        };
        Some(Self {
            phase,
            claimant: node(1)?,
            challenger: node(33)?,
            tensor: Some(word(65)?).filter(|number| *number != NO_TENSOR),
            height: u32::from(bytes[69]),
            index: long(70)?,
            element: long(78)?,
            value: word(86)? as i32,
            stated: node(90)?,
        })
    }
}
