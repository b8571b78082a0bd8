//! State machine modules: auth, authority, authz, bank, beacon, consensus, feegrant, invariants, privilege,
//! slashing, upgrade, validators, vesting, wasm.
//!
//! Purpose: what the chain can do. Each folder is one module of one shape: `types`, `params`, `genesis`,
//! `state_key`, `view`, `action/<message>`, `event`, `error`.
//! Place: above the store, below the application. Protobuf stays at the edge of each module.
//! Invariants: no module panics on input; every read and write of a transaction goes through its
//! [`Context`], so that gas is counted and a failed message leaves no trace.

#![deny(clippy::float_arithmetic)]

pub mod auth;
pub mod authority;
pub mod authz;
pub mod bank;
pub mod beacon;
pub mod consensus;
pub mod core;
pub mod feegrant;
pub mod invariants;
pub mod privilege;
pub mod router;
pub mod slashing;
#[cfg(test)]
mod testing;
pub mod upgrade;
pub mod validators;
pub mod vesting;
pub mod wasm;

pub use crate::core::{
    BlockInfo, Context, Event, ExecMode, Gas, GasMeter, ModuleError, OutOfGas, Time,
};
