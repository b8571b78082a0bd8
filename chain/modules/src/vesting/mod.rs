//! Vesting accounts: money that is given now and may be spent later.
//!
//! Purpose: founders and contributors are paid over time; the chain itself holds the promise.
//! Place: above [`crate::auth`], which keeps the schedule with the account, and [`crate::bank`], which
//! does not let locked money be spent.
//! Invariants: an account that exists never becomes a vesting account; what is locked only shrinks.
//! Messages and codes are those of the Cosmos SDK's `x/auth/vesting`.

mod action;

pub use action::{execute_message, signers};

/// Most steps of a periodic schedule: each is read with the account, again and again.
pub const MAX_PERIODS: usize = 256;
