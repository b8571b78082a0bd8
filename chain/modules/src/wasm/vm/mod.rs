//! `cosmwasm-vm`, given this chain's state, addresses and gas.
//!
//! Place: the only part of the module that knows the VM.
//! Invariants: compiled code lives in memory alone and is made from the Wasm bytes in the state, so no file
//! can be missing, half-written or foreign; every callback of a contract charges the meter of its caller;
//! a failure of the store is never shown to a contract as an ordinary error.

mod api;
mod bank_query;
mod call;
mod code_cache;
mod fault;
mod go_json;
#[cfg(test)]
mod isolation;
mod querier;
mod storage;
mod wasm_query;

use std::fmt;

pub(super) use bank_query::std_coin;
pub(super) use call::{Callee, EntryCall, detached};
pub(super) use code_cache::{Code, CodeCache};
pub(super) use go_json::reply as reply_json;

/// Entry point of a contract, as errors name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Instantiate,
    /// Also `reply` and `sudo`.
    Execute,
    Migrate,
    Query,
}

impl Entry {
    /// ABCI code when the contract refuses (wasmd `x/wasm/types/errors.go`).
    pub(super) const fn failure_code(self) -> u32 {
        match self {
            Self::Instantiate => 4,
            Self::Execute => 5,
            Self::Query => 9,
            Self::Migrate => 11,
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Instantiate => "instantiate",
            Self::Execute => "execute",
            Self::Migrate => "migrate",
            Self::Query => "query",
        })
    }
}
