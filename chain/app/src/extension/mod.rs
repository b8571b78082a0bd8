//! Votes with extensions, from one block into the next.
//!
//! Purpose: the votes that decided a block carry contributions to the random beacon; the next proposer
//! puts them into its block, signed as they are, and every node checks them again.
//! Place: between consensus and `stoa_modules::beacon`, which knows what an extension means.
//! Invariants: what `build` makes, `accept` accepts, on every node that stands on the same block; what is
//! folded into the state was signed by validators with more than two thirds of the power, also in blocks
//! that are replayed and were never proposed to this node; the element is no transaction.

mod accept;
mod build;
mod commit;
mod element;
mod error;
mod vote;

pub(crate) use accept::accept;
pub(crate) use build::build;
pub(crate) use commit::{Electorate, check};
pub(crate) use element::decode;
pub use element::is_extended_commit;
pub use error::ExtensionError;
pub use vote::{VotePlace, sign_bytes};

use stoa_modules::validators::ConsensusAddress;

/// Who signed the block before, as the header of the block says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastCommit {
    /// Round in which it was decided.
    pub round: u32,
    /// Validators whose precommits are in the block, in consensus' own order.
    pub signers: Vec<ConsensusAddress>,
}
