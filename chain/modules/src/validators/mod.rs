//! Validators: who signs votes, with what key and power.
//!
//! Purpose: the application decides the set after genesis, and checks signatures of vote extensions itself,
//! also in blocks that it replays, so it keeps every set that votes may still come from.
//! Place: below the beacon and slashing; consensus gives the first set, [`update`] what is wanted since.
//! Invariants: an address is the first 20 bytes of the SHA-256 of its ed25519 key; every power in a set is
//! above zero; a set is never empty once there was one, and what its members lose in one block is at most a
//! third of its power, whoever asks for more: the rest follows in later blocks. A set that is decided in
//! block `h` votes from `h + 2` on, and the sets of the last [`KEPT_BLOCKS`] heights are kept.

mod action;
mod error;
mod genesis;
mod next;
mod rpc;
mod state_key;
mod types;
mod view;

pub use action::{Change, Changed, MAX_VALIDATORS, end_block, jail, release, update};
pub use error::ValidatorError;
pub use genesis::{Genesis, export_genesis, import, init_genesis};
pub use next::MAX_TOTAL_POWER;
pub use rpc::query;
pub use state_key::STORE;
pub(crate) use types::operator;
pub use types::{ConsensusAddress, Record, Validator};
pub use view::{at, latest, of_operator, record, records};

use crate::{
    core::{Context, ModuleError},
    invariants::{Broken, Invariant, Run},
};

/// Blocks for which earlier sets are kept: more than the longest window of the beacon.
pub const KEPT_BLOCKS: u64 = 128;

/// What must hold of the validators.
pub const INVARIANTS: &[Invariant] = &[Invariant { name: "validators/power", check: check_power }];

/// Every member of the last set has power, and all together have no more than consensus can count.
fn check_power(ctx: &Context, run: &mut Run) -> Result<Option<Broken>, ModuleError> {
    let set = view::latest(ctx)?;
    run.count(set.len());
    let total: u128 = set.iter().map(|validator| u128::from(validator.power)).sum();
    // A set on its way holds the old power and the new.
    let limit = 2 * u128::from(MAX_TOTAL_POWER);
    if set.iter().any(|validator| validator.power == 0) || total > limit {
        return Ok(Some(Broken(format!("the set has power {total}, the limit is {limit}"))));
    }
    Ok(None)
}
