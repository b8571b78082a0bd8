//! The moves as bytes, and what each makes of a dispute.

use alloc::vec::Vec;

use super::{Descent, Phase, Refused, Side, State, Terms, Verdict, read_nodes};
use crate::merkle::Node;

/// One move; byte strings as the functions of [`State`] take them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// [`State::descend`].
    Descend {
        /// Where the parties differ first.
        index: u64,
        /// The party's own node and path.
        own: Vec<Node>,
        /// The other party's.
        other: Vec<Node>,
        /// What lies below.
        reveal: Vec<u8>,
    },
    /// [`State::open_leaf`].
    Leaf {
        /// Its bytes.
        leaf: Vec<u8>,
    },
    /// [`State::refute`].
    Refute {
        /// The element.
        index: u64,
        /// The leaf that holds it.
        leaf: Vec<u8>,
        /// What it is computed from.
        openings: Vec<u8>,
    },
    /// [`State::ask`].
    Ask {
        /// The element.
        index: u64,
        /// The leaf that holds it.
        leaf: Vec<u8>,
    },
    /// [`State::state`].
    State {
        /// The contributions.
        stated: Vec<u8>,
        /// What the element is made with.
        openings: Vec<u8>,
    },
    /// [`State::refute_chunk`].
    Chunk {
        /// The doubted chunk.
        chunk: u64,
        /// The contributions.
        stated: Vec<u8>,
        /// What the chunk is computed from.
        openings: Vec<u8>,
    },
}

/// What a move leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The dispute goes on.
    Goes(State),
    /// It is over.
    Ends(Verdict),
}

impl Move {
    /// What stands before the byte strings: the kind, and one number.
    fn head(&self) -> (u8, u64) {
        match self {
            Self::Descend { index, .. } => (0, *index),
            Self::Leaf { .. } => (1, 0),
            Self::Refute { index, .. } => (2, *index),
            Self::Ask { index, .. } => (3, *index),
            Self::State { .. } => (4, 0),
            Self::Chunk { chunk, .. } => (5, *chunk),
        }
    }

    /// Kind (1 byte), number (8), then each byte string behind its length (4); little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (kind, number) = self.head();
        let mut bytes = Vec::from([kind]);
        bytes.extend(number.to_le_bytes());
        let mut put = |part: &[u8]| {
            bytes.extend((part.len() as u32).to_le_bytes());
            bytes.extend(part);
        };
        match self {
            Self::Descend { own, other, reveal, .. } => {
                put(own.as_flattened());
                put(other.as_flattened());
                put(reveal);
            }
            Self::Leaf { leaf } | Self::Ask { leaf, .. } => put(leaf),
            Self::Refute { leaf, openings, .. } => {
                put(leaf);
                put(openings);
            }
            Self::State { stated, openings } | Self::Chunk { stated, openings, .. } => {
                put(stated);
                put(openings);
            }
        }
        bytes
    }

    /// Reads a move that fills the bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Refused> {
        Self::read(bytes).ok_or(Refused::Message)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (kind, bytes) = bytes.split_first()?;
        let (number, mut rest) = bytes.split_first_chunk::<8>()?;
        let number = u64::from_le_bytes(*number);
        let mut string = || {
            let (length, bytes) = rest.split_first_chunk::<4>()?;
            let (string, behind) = bytes.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            rest = behind;
            Some(string)
        };
        let read = match kind {
            0 => {
                let (own, other) = (read_nodes(string()?).ok()?, read_nodes(string()?).ok()?);
                Self::Descend { index: number, own, other, reveal: string()?.into() }
            }
            1 => Self::Leaf { leaf: string()?.into() },
            2 => Self::Refute { index: number, leaf: string()?.into(), openings: string()?.into() },
            3 => Self::Ask { index: number, leaf: string()?.into() },
            4 => Self::State { stated: string()?.into(), openings: string()?.into() },
            5 => {
                Self::Chunk { chunk: number, stated: string()?.into(), openings: string()?.into() }
            }
            _ => return None,
        };
        rest.is_empty().then_some(read)
    }
}

impl State {
    /// Whose move it is.
    #[must_use]
    pub fn turn(&self) -> Side {
        match self.phase {
            Phase::Descend(side) => side,
            Phase::Leaf | Phase::Contributions => Side::Claimant,
            Phase::Element | Phase::Chunk => Side::Challenger,
        }
    }

    /// Makes a party's move; one out of turn is refused.
    pub fn play(&self, side: Side, terms: &Terms, made: &Move) -> Result<Next, Refused> {
        if side != self.turn() {
            return Err(Refused::Turn);
        }
        Ok(match made {
            Move::Descend { index, own, other, reveal } => {
                let step = Descent { index: *index, own, other, reveal };
                Next::Goes(self.descend(side, terms, &step)?)
            }
            Move::Leaf { leaf } => Next::Goes(self.open_leaf(leaf)?),
            Move::Ask { index, leaf } => Next::Goes(self.ask(terms, leaf, *index)?),
            Move::State { stated, openings } => Next::Goes(self.state(terms, stated, openings)?),
            Move::Refute { index, leaf, openings } => {
                Next::Ends(self.refute(terms, (leaf, *index), openings)?)
            }
            Move::Chunk { chunk, stated, openings } => {
                let chunk = u32::try_from(*chunk).map_err(|_| Refused::Message)?;
                Next::Ends(self.refute_chunk(terms, (stated, chunk), openings)?)
            }
        })
    }
}
