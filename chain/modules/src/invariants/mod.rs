//! What must always hold, as a list that the chain goes through itself.
//!
//! Purpose: a state that contradicts itself must stop the chain before anybody trades on it.
//! Place: below the modules, each of which registers its own in an `INVARIANTS`; the router joins the lists,
//! the application runs them every so many blocks and at export.
//! Invariants: a run reads [`MAX_ENTRIES_PER_RUN`] records at most, however large the state; what it finds
//! depends on the state alone, so all nodes find the same; it writes nothing.

mod genesis;
mod run;

use stoa_store::StoreName;

pub use genesis::{Genesis, export_genesis, init_genesis};
pub use run::{Outcome, Run, run};

use crate::core::{Context, ModuleError};

/// The sub-store of the interval.
pub const STORE: StoreName = StoreName("invariants");

/// Records that a run in a block may read, of all invariants together. At export there is no bound.
pub const MAX_ENTRIES_PER_RUN: usize = 100_000;

/// One statement about the state.
#[derive(Clone, Copy, Debug)]
pub struct Invariant {
    /// Module and statement, e.g. `bank/supply`.
    pub name: &'static str,
    /// Looks whether it holds, and says what contradicts it.
    pub check: fn(&Context, &mut Run) -> Result<Option<Broken>, ModuleError>,
}

/// What contradicts an invariant, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(pub String);

/// Whether the invariants are due in the block of `ctx`.
pub fn are_due(ctx: &Context) -> Result<bool, ModuleError> {
    let every = genesis::every_blocks(ctx)?;
    Ok(ctx.block.height.checked_rem(every) == Some(0))
}
