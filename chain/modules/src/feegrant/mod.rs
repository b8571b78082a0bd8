//! Fee grants: somebody pays the fees of somebody else, within limits.
//!
//! Purpose: newcomers without money can act, and services pay for their users.
//! Place: above [`crate::auth`]; the fee check of the application asks [`use_fees`] before it takes a fee
//! from a granter.
//! Invariants: no more is ever taken from a granter than the allowance leaves, none after it has expired;
//! a used-up allowance is gone; what has expired leaves the state by [`remove_expired`], some each block.
//! Wire forms, state layout, events, codes and gas are those of `cosmossdk.io/x/feegrant` 0.1.1. One
//! mistake of it is not repeated: a revoked allowance leaves the queue of expiries too, where the SDK
//! deletes a key that does not exist and later removes a new allowance of the same pair too early.

mod action;
mod allowance;
mod error;
mod event;
mod genesis;
mod invariants;
mod rpc;
mod state_key;
mod view;

pub use action::{execute_message, remove_expired, signers, use_fees};
pub use allowance::{Allowance, Basic, Filtered, MAX_ALLOWANCE_DEPTH, Periodic};
pub use error::{CODESPACE, FeegrantError};
pub use genesis::{Genesis, init_genesis};
pub use invariants::INVARIANTS;
pub use rpc::query;
pub use state_key::STORE;
pub use view::allowance;

/// Expired allowances that one block removes at most; others wait for the next (they are of no use).
pub const MAX_REMOVED_PER_BLOCK: usize = 200;
