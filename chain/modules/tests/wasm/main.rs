//! The contract module with real contracts inside the VM.
//!
//! `testdata/probe.wasm` does on demand what the module must survive; its source lies beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod authority;
mod beacon;
mod chain;
mod faults;
mod genesis;
mod life;
mod messages;
mod queries;
mod submessages;
