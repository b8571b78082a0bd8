//! A dispute between who claims a trace and who doubts it: its state, its moves, and who is right.
//!
//! Purpose: the whole judgement, without storage, clocks and money; a contract keeps the state and pays.
//! Place: above openings and elements; below the dispute contract.
//! Invariants: of two nodes that differ, the parties go down to the first children that differ, and each step proves
//! that they agree on everything to the left; so what an element is computed from stands under both roots. A move is
//! accepted from the party whose turn it is, or refused without a change.

mod descent;
mod moves;
mod state;
#[cfg(test)]
mod tests;
mod verdict;

use alloc::vec::Vec;

use stoa_exact::WeightScale;

use crate::{
    CLAIM_BYTES, Manifest, Opened, Opening, Roots, Tensor, TraceClaim,
    commitment::record_named,
    merkle::{Node, leaf, root_of_path},
    opening::content_root,
};
pub use descent::{Descent, STEP_LEVELS, frontier};
pub use moves::{Move, Next};
pub use state::{Phase, STATE_BYTES, State};
pub use verdict::{Verdict, contradicts, read_numbers, write_numbers};

/// A party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Who has signed the claim.
    Claimant,
    /// Who doubts it.
    Challenger,
}

/// Why a move is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The dispute waits for another move.
    #[error("it is not the time for this move")]
    Turn,
    /// The bytes have another layout.
    #[error("the message cannot be read")]
    Message,
    /// The manifest is not the model's, or not of a model with this trace.
    #[error("the manifest does not stand under the claim's model root")]
    Manifest,
    /// A node, a path or a reveal does not lead to the party's own node.
    #[error("what is opened does not lead to the party's own root")]
    Proof,
    /// The parties agree there, or do not agree on everything before.
    #[error("this is not the first difference")]
    Difference,
    /// What is stated does not make the claimed element.
    #[error("the contributions do not make the claimed element")]
    Contributions,
    /// Something is missing.
    #[error(transparent)]
    Unopened(#[from] crate::Unopened),
}

/// What does not change in a dispute.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// What was signed.
    pub claim: TraceClaim,
    /// The root that the challenger says is true.
    pub challenger_root: Node,
    /// The model's sizes and constants.
    pub manifest: Manifest,
}

impl Terms {
    /// Holds the manifest (one leaf with the siblings of its record) against the claim.
    pub fn new(
        claim: TraceClaim,
        challenger_root: Node,
        manifest: &[u8],
        path: &[Node],
    ) -> Result<Self, Refused> {
        let facts = Manifest::parse(manifest).ok_or(Refused::Manifest)?;
        let root =
            content_root(manifest, 0, manifest.len() as u64, &[]).ok_or(Refused::Manifest)?;
        let record = record_named("manifest", manifest.len() as u64, &root);
        let own = root_of_path(record, 0, facts.sections().into(), path);
        let positions = claim.shape.positions;
        let is_own = own == Some(claim.model_root)
            && positions <= facts.shape.positions
            && claim.shape == crate::Shape { positions, ..facts.shape };
        if !is_own {
            return Err(Refused::Manifest);
        }
        Ok(Self { claim, challenger_root, manifest: facts })
    }

    /// The claim, the challenger's root, and of the manifest what the claim's shape does not say; little-endian.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let Manifest { shape, tied, epsilon, score } = self.manifest;
        let mut bytes = Vec::from(self.claim.to_bytes());
        bytes.extend(self.challenger_root);
        bytes.extend(shape.positions.to_le_bytes());
        bytes.push(u8::from(tied));
        bytes.extend(epsilon.to_le_bytes());
        bytes.extend(score.pack().to_le_bytes());
        bytes
    }

    /// Reads what [`Terms::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Refused> {
        Self::read(bytes).ok_or(Refused::Message)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (claim, rest) = bytes.split_at_checked(CLAIM_BYTES)?;
        let claim = TraceClaim::from_bytes(claim)?;
        let (challenger_root, rest) = rest.split_first_chunk::<32>()?;
        let (context, rest) = rest.split_first_chunk::<4>()?;
        let (tied, rest) = rest.split_first()?;
        let (epsilon, rest) = rest.split_first_chunk::<8>()?;
        let manifest = Manifest {
            shape: crate::Shape { positions: u32::from_le_bytes(*context), ..claim.shape },
            tied: *tied == 1,
            epsilon: u64::from_le_bytes(*epsilon),
            score: WeightScale::unpack(u32::from_le_bytes(rest.try_into().ok()?)),
        };
        Some(Self { claim, challenger_root: *challenger_root, manifest })
    }

    /// What has been opened by a party about tensors before a number.
    fn opened(&self, side: Side, before: u32, openings: &[u8]) -> Result<Opened, Refused> {
        let openings = Opening::read_all(openings).ok_or(Refused::Message)?;
        let roots = Roots {
            trace: self.root(side),
            agreed_tensors: before,
            model: self.claim.model_root,
            ids: self.claim.ids_root,
        };
        Opened::prove(self.manifest, self.claim.shape.positions, &roots, openings)
            .ok_or(Refused::Proof)
    }

    fn root(&self, side: Side) -> Node {
        match side {
            Side::Claimant => self.claim.trace_root,
            Side::Challenger => self.challenger_root,
        }
    }
}

/// Reads nodes that stand behind one another.
pub fn read_nodes(bytes: &[u8]) -> Result<Vec<Node>, Refused> {
    match bytes.as_chunks::<32>() {
        (nodes, []) => Ok(nodes.to_vec()),
        _ => Err(Refused::Message),
    }
}

/// The claimed element of an opened leaf.
fn claimed_element(
    state: &State,
    terms: &Terms,
    bytes: &[u8],
    index: u64,
) -> Result<(Tensor, i32), Refused> {
    let number = state.tensor.ok_or(Refused::Turn)?;
    let tensor = terms.claim.shape.tensor(number).ok_or(Refused::Turn)?;
    if leaf(bytes) != state.claimant {
        return Err(Refused::Proof);
    }
    let size: u64 = if tensor.kind() == crate::Kind::Words { 4 } else { 1 };
    let start = state.index * crate::merkle::LEAF_BYTES as u64;
    let at =
        index.checked_mul(size).and_then(|at| at.checked_sub(start)).ok_or(Refused::Message)?;
    let element = bytes.get(at as usize..).and_then(|rest| rest.get(..size as usize));
    let value = match element.ok_or(Refused::Message)? {
        &[code] => i32::from(code as i8),
        word => i32::from_le_bytes(word.try_into().map_err(|_| Refused::Message)?),
    };
    Ok((tensor, value))
}
