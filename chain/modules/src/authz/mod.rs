//! Authorizations: somebody acts for somebody else.
//!
//! Purpose: a key that is used often may do little with the money of one that is not; a group's members
//! act for the group.
//! Place: above all other modules, whose messages it executes through
//! [`MessageRouter`](crate::router::MessageRouter).
//! Invariants: a message runs for another signer only under a grant of that signer to the grantee for this
//! very type that has not expired; what a grant limits is taken off before the message runs; a message with
//! several signers never runs. Messages inside messages are as deep as the reading of transactions lets
//! them be, and from contracts as [`is_unpackable`] says.
//! Wire forms, state layout, events, codes and gas are those of the Cosmos SDK's `x/authz`.

mod action;
mod authorization;
mod error;
mod event;
mod genesis;
mod invariants;
mod rpc;
mod state_key;
mod unpack;
mod view;

pub use action::{execute_message, remove_expired, signers};
pub use authorization::{Authorization, CodeGrant, ContractAction, ContractGrant, Filter, Limit};
pub use error::{AuthzError, CODESPACE};
pub use genesis::{Genesis, init_genesis};
pub use invariants::INVARIANTS;
pub use rpc::query;
pub use state_key::{Pair, STORE};
pub use unpack::is_unpackable;
pub use view::{StoredGrant, grant};

/// Most messages that execute others inside each other, calls of contracts between them included: each is a
/// stretch of native stack, as each of the calls is.
pub const MAX_EXEC_DEPTH: u32 = 20;

/// Places in the queue of expiries that one block removes at most, each with all its grants; others wait
/// for the next (they are of no use).
pub const MAX_REMOVED_PER_BLOCK: usize = 200;
