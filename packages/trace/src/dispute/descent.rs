//! The way down: a party shows what lies some levels below its node, the other answers with the first difference.

use alloc::vec::Vec;

use super::{Phase, Refused, Side, State, Terms};
use crate::{
    commitment::record_of,
    merkle::{Node, agree_before, fold, leaf, root_of_path},
};

/// Levels of a step. A step costs a transaction and `32 · 2^levels` bytes.
pub const STEP_LEVELS: u32 = 6;

/// One step of a party.
#[derive(Debug, Clone, Copy)]
pub struct Descent<'a> {
    /// Index, on its level, of the first node below the present one in which the parties differ.
    pub index: u64,
    /// The party's own node there and its siblings up to the present node. At the bottom of the tree of records the
    /// roots of the tensors stand in the records' place.
    pub own: &'a [Node],
    /// The other party's, from its last reveal.
    pub other: &'a [Node],
    /// What the party shows below the new node: nodes; the leaf's bytes, for the claimant at a leaf; nothing, for the
    /// challenger there.
    pub reveal: &'a [u8],
}

/// The nodes that a reveal at a place must have: height and indices.
#[must_use]
pub fn frontier(state: &State, terms: &Terms) -> (u32, core::ops::Range<u64>) {
    let levels = state.height.min(STEP_LEVELS);
    let height = state.height - levels;
    let width = leaves(state.tensor, terms).div_ceil(1 << height);
    let end = ((state.index + 1) << levels).min(width);
    (height, state.index << levels..end)
}

fn leaves(tensor: Option<u32>, terms: &Terms) -> u64 {
    let shape = &terms.claim.shape;
    let records = u64::from(shape.tensors());
    let Some(tensor) = tensor else { return records };
    shape.tensor(tensor).map_or(0, |tensor| shape.leaves(tensor))
}

/// Levels of a tree above its leaves.
fn height_of(leaves: u64) -> u32 {
    leaves.max(1).next_power_of_two().trailing_zeros()
}

/// A root of a tensor as its record.
fn as_record(number: u64, root: &Node, terms: &Terms) -> Option<Node> {
    let shape = &terms.claim.shape;
    let tensor = shape.tensor(u32::try_from(number).ok()?)?;
    Some(record_of(tensor, shape.bytes(tensor), root))
}

impl State {
    /// Begins a dispute with what the challenger shows below its root.
    pub fn open(terms: &Terms, reveal: &[u8]) -> Result<Self, Refused> {
        let state = Self {
            phase: Phase::Descend(Side::Claimant),
            claimant: terms.claim.trace_root,
            challenger: terms.challenger_root,
            tensor: None,
            height: height_of(terms.claim.shape.tensors().into()),
            index: 0,
            element: 0,
            value: 0,
            stated: [0; 32],
        };
        if state.claimant == state.challenger {
            return Err(Refused::Difference);
        }
        state.check_reveal(Side::Challenger, terms, reveal)?;
        Ok(state)
    }

    /// Goes down to the first difference and shows what lies below.
    pub fn descend(
        mut self,
        side: Side,
        terms: &Terms,
        step: &Descent<'_>,
    ) -> Result<Self, Refused> {
        if self.phase != Phase::Descend(side) {
            return Err(Refused::Turn);
        }
        let (height, places) = frontier(&self, terms);
        if !places.contains(&step.index) {
            return Err(Refused::Message);
        }
        let (place, width) = (step.index - places.start, places.end - places.start);
        let (own, own_path) = step.own.split_first().ok_or(Refused::Message)?;
        let (other, other_path) = step.other.split_first().ok_or(Refused::Message)?;
        let is_root_of_tensor = self.tensor.is_none() && height == 0;
        let leads_to = |node: &Node, path: &[Node], above: Node| {
            let node = match is_root_of_tensor {
                true => as_record(step.index, node, terms)?,
                false => *node,
            };
            (root_of_path(node, place, width, path)? == above).then_some(())
        };
        let (own_above, other_above) = match side {
            Side::Claimant => (self.claimant, self.challenger),
            Side::Challenger => (self.challenger, self.claimant),
        };
        leads_to(own, own_path, own_above).ok_or(Refused::Proof)?;
        leads_to(other, other_path, other_above).ok_or(Refused::Proof)?;
        if own == other || !agree_before(place, width, own_path, other_path) {
            return Err(Refused::Difference);
        }
        (self.claimant, self.challenger) = match side {
            Side::Claimant => (*own, *other),
            Side::Challenger => (*other, *own),
        };
        (self.height, self.index) = (height, step.index);
        if is_root_of_tensor {
            self.tensor = u32::try_from(step.index).ok();
            (self.height, self.index) = (height_of(leaves(self.tensor, terms)), 0);
        }
        self.show(side, terms, step.reveal)
    }

    /// Accepts what a party shows below its new node.
    fn show(mut self, side: Side, terms: &Terms, reveal: &[u8]) -> Result<Self, Refused> {
        let is_leaf = self.tensor.is_some() && self.height == 0;
        self.phase = match (is_leaf, side) {
            (false, side) => {
                self.check_reveal(side, terms, reveal)?;
                Phase::Descend(match side {
                    Side::Claimant => Side::Challenger,
                    Side::Challenger => Side::Claimant,
                })
            }
            (true, Side::Challenger) if reveal.is_empty() => Phase::Leaf,
            (true, Side::Claimant) if leaf(reveal) == self.claimant => Phase::Element,
            (true, _) => return Err(Refused::Proof),
        };
        Ok(self)
    }

    /// The claimant opens the leaf that the challenger has gone down to.
    pub fn open_leaf(mut self, bytes: &[u8]) -> Result<Self, Refused> {
        if self.phase != Phase::Leaf {
            return Err(Refused::Turn);
        }
        if leaf(bytes) != self.claimant {
            return Err(Refused::Proof);
        }
        self.phase = Phase::Element;
        Ok(self)
    }

    fn check_reveal(&self, side: Side, terms: &Terms, reveal: &[u8]) -> Result<(), Refused> {
        let nodes = super::read_nodes(reveal)?;
        let (height, places) = frontier(self, terms);
        if nodes.len() as u64 != places.end - places.start {
            return Err(Refused::Proof);
        }
        let nodes: Option<Vec<Node>> = match self.tensor.is_none() && height == 0 {
            true => places.zip(&nodes).map(|(place, root)| as_record(place, root, terms)).collect(),
            false => Some(nodes),
        };
        let own = match side {
            Side::Claimant => self.claimant,
            Side::Challenger => self.challenger,
        };
        (nodes.and_then(fold) == Some(own)).then_some(()).ok_or(Refused::Proof)
    }
}
