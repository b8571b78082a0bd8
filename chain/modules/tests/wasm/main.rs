//! The contract module with real contracts inside the VM.
//!
//! `testdata/probe.wasm` does on demand what the module must survive; its source lies beside it.

mod chain;
mod faults;
mod genesis;
mod life;
mod queries;
mod submessages;
