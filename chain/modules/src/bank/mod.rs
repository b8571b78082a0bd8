//! Money: balances, supply, sends.
//!
//! Purpose: who owns how much of what.
//! Place: above [`crate::auth`] (a first receipt makes an account), below contracts.
//! Invariants: balances are never negative and never overflow; the supply of every denomination is the
//! sum of its balances after each message; a zero balance has no record.
//! Wire forms, state layout, events and refusals are those of the Cosmos SDK's `x/bank`. Amounts are
//! below 2^128; the SDK's are below 2^256.

mod action;
mod coin;
mod error;
mod event;
mod export;
mod genesis;
mod invariants;
mod metadata;
mod params;
mod rpc;
mod state_key;
mod view;

pub use action::{burn, check, execute_message, mint, send, signers, transfer};
pub use coin::{Coin, Coins, MAX_COINS, check_denom, is_integer};
pub use error::BankError;
pub use export::export_genesis;
pub use genesis::{Genesis, init_genesis};
pub use invariants::INVARIANTS;
pub use rpc::query;
pub use state_key::STORE;
pub use view::{all_balances, balance, expected_balance, locked, supply};
