//! Powers of the chain that contracts hold.
//!
//! Purpose: contracts hold the product, the chain holds the powers: calls at the beginning and end of every
//! block, minting, parameters, validators, upgrades, and calls without a fee. Each is granted to one contract
//! by genesis or by the authority; `docs/adr/0007-privileges-and-authority.md` says why and how far.
//! Place: above bank, slashing, upgrade and validators, below the router; contracts come here as any sender
//! of messages does, and the application asks for [`calls`].
//! Invariants: nobody uses a power without its grant, beyond its gas budget of the block, or while it is
//! suspended; a call at the beginning or end of a block that fails changes nothing but its own record, and
//! after [`MAX_FAILURES_IN_A_ROW`] of them the chain stops calling; all budgets of such calls together are at
//! most [`MAX_CALLED_GAS`]; only the authority grants, and there is one authority.

mod action;
mod calls;
mod error;
mod fee_free;
mod genesis;
mod rpc;
mod state_key;
mod types;
mod view;

pub use action::{Host, execute_message, signers};
pub use calls::{Call, Failed, Moment, calls, message, settle};
pub use error::PrivilegeError;
pub use fee_free::{MAX_FREE_TXS_PER_SENDER, NamedCall, admit_free, budgets, named_calls, use_free};
pub use genesis::{Genesis, export_genesis, init_genesis};
pub use rpc::query;
pub use state_key::STORE;
pub use stoa_proto::privilege::v1::Privilege;
pub use types::{Grant, MAX_BLOCK_GAS};
pub use view::{records, require};

use crate::{
    core::{Context, Gas, ModuleError},
    invariants::{Broken, Invariant, Run},
};

/// Most grants of all privileges together.
pub const MAX_GRANTS: usize = 256;
/// Calls that may fail one after the other before a contract is not called any more.
pub const MAX_FAILURES_IN_A_ROW: u32 = 10;
/// Most gas that all calls at the beginning and end of one block may use together: three seconds of the VM
/// by the schedule of CosmWasm (10^12 of its units a second), in every block if they use it up.
pub const MAX_CALLED_GAS: Gas = 20_000_000;

/// What must hold of the grants.
pub const INVARIANTS: &[Invariant] = &[Invariant { name: "privilege/bounds", check: check_bounds }];

/// Every grant is one that could be made and was not used beyond its gas of a block, and their number and
/// budgets are within the bounds.
fn check_bounds(ctx: &Context, run: &mut Run) -> Result<Option<Broken>, ModuleError> {
    let records = view::records(ctx)?;
    run.count(records.len());
    for record in &records {
        let grant = Grant::from_proto(record.grant.as_ref())?;
        let used = record.usage.unwrap_or_default().gas;
        if used > grant.block_gas {
            let privilege = grant.privilege.as_str_name();
            let found = format!("{privilege} of {}: {used} gas in a block", grant.contract);
            return Ok(Some(Broken(found)));
        }
    }
    let called = view::called_gas(&records);
    if records.len() > MAX_GRANTS || called > MAX_CALLED_GAS {
        let found = format!("{} grants, {called} gas of calls in a block", records.len());
        return Ok(Some(Broken(found)));
    }
    Ok(None)
}
