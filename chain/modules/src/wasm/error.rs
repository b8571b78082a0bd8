//! Errors of the contract module.
//!
//! Codes are those of wasmd `x/wasm/types/errors.go`; errors of the sender's request that wasmd answers
//! with errors of the SDK have codespace `sdk`.

use std::io;

use cosmwasm_vm::VmError;

use super::vm::Entry;
use crate::{
    ModuleError, OutOfGas,
    auth::{AccAddress, AddressError},
    core::codespace,
};

/// Why a message or query of this module fails.
#[derive(Debug, thiserror::Error)]
pub(super) enum WasmError {
    #[error("Error calling the VM: {0}: create wasm contract failed")]
    Create(#[source] VmError),
    #[error("uncompress wasm archive: {0}: create wasm contract failed")]
    Uncompress(#[source] io::Error),
    #[error(
        "uncompress wasm archive: max {limit} bytes: exceeds limit: create wasm contract failed"
    )]
    Unpacked { limit: usize },
    #[error("address is claimed by external account: contract account already exists")]
    AccountExists,
    /// The contract's own answer: the text is the same on every node.
    #[error("{text}: {entry} wasm contract failed")]
    Contract { entry: Entry, text: String },
    #[error("{what}: not found")]
    NotFound { what: &'static str },
    #[error("{what}: empty")]
    Empty { what: &'static str },
    #[error("{what}: cannot be longer than {limit} characters: exceeds limit")]
    Limit { what: &'static str, limit: usize },
    #[error("AnyMsg value size {actual} exceeds limit {limit}: exceeds limit")]
    AnyMessageBytes { actual: usize, limit: usize },
    #[error("code bytes cannot be longer than {limit} bytes: exceeds limit: invalid request")]
    CodeBytes { limit: usize },
    #[error("code that one block may load: {limit} bytes: exceeds limit")]
    BlockCode { limit: usize },
    /// Where a code comes from is said in part.
    #[error("code verification info: {missing}")]
    Origin { missing: &'static str },
    #[error("{what}: invalid")]
    Invalid { what: &'static str },
    #[error("invalid authority; expected {expected}, got {actual}: invalid")]
    NotAuthority { expected: AccAddress, actual: AccAddress },
    #[error("{what}: duplicate")]
    Duplicate { what: &'static str },
    #[error("migration requires ibc callbacks: migrate wasm contract failed")]
    MissingIbcEntryPoints,
    #[error("{kind}: unknown message from the contract")]
    UnknownMessage { kind: &'static str },
    #[error("{what}: invalid event")]
    Event { what: String },
    #[error("address {address}: no such contract")]
    NoSuchContract { address: String },
    #[error("max query stack size exceeded")]
    QueryStack,
    #[error("code id {code_id}: no such code")]
    NoSuchCode { code_id: u64 },
    #[error("Error calling the VM: {0}: wasmvm error")]
    Vm(#[from] VmError),
    /// A query used up what the VM had left for it, and the caller's meter is not empty.
    #[error(
        "Error calling the VM: Error executing Wasm: Wasmer runtime error: RuntimeError: Ran out of gas \
         during contract execution: wasmvm error"
    )]
    VmGas,
    #[error(
        "insufficient gas left to deserialize contract execution result ({bytes} bytes): wasmvm error"
    )]
    ResponseGas { bytes: usize },
    #[error(
        "reply contains submessage at index {index} with payload larger than {limit} bytes: {bytes} bytes: \
         wasmvm error"
    )]
    ReplyPayload { index: usize, bytes: usize, limit: usize },
    #[error("max call depth exceeded")]
    CallDepth,
    #[error("{what}: unauthorized")]
    Unauthorized { what: &'static str },
    #[error("SubMsg hit gas limit: out of gas")]
    SubmessageGas,
    #[error("{what}: invalid request")]
    InvalidRequest { what: &'static str },
    #[error("{field}: {source}")]
    Address { field: &'static str, source: AddressError },
    /// One of a list of addresses is none.
    #[error("address: {text}: {source}")]
    ListedAddress { text: String, source: AddressError },
    /// A message in `Any` of no known type, or of other bytes than its type has.
    #[error(
        "Cannot unpack proto message with type URL: {type_url}: invalid CosmosMsg from the contract"
    )]
    Unpackable { type_url: String },
    #[error("can't route message {type_url}: unknown request")]
    Unroutable { type_url: String },
    /// Coins that are no list of coins; the SDK gives no code to that.
    #[error("funds: {reason}")]
    Funds { reason: String },
    /// A contract asks about something that is no address.
    #[error("{text}: invalid address")]
    AskedAddress { text: String },
    #[error("{phase}: {source}")]
    During { phase: &'static str, source: Box<WasmError> },
    #[error(transparent)]
    Module(#[from] ModuleError),
}

impl WasmError {
    /// Says in which phase it happened; gas and store errors stay bare, for they stop everything.
    pub(super) fn during(self, phase: &'static str) -> Self {
        match self {
            Self::Module(ModuleError::OutOfGas(_) | ModuleError::Store(_)) => self,
            _ => Self::During { phase, source: Box::new(self) },
        }
    }

    /// Whether it ends the whole transaction, whatever the contract wished to be told.
    pub(super) const fn is_fatal(&self) -> bool {
        matches!(self, Self::Module(ModuleError::OutOfGas(_) | ModuleError::Store(_)))
    }

    /// What a contract gets to read: texts of nodes could differ and are replaced by the code.
    pub(super) fn redacted(&self) -> String {
        match self {
            Self::Contract { .. } => self.to_string(),
            _ => {
                let (codespace, code) = self.codespace_and_code();
                format!("codespace: {codespace}, code: {code}")
            }
        }
    }

    const fn codespace_and_code(&self) -> (&'static str, u32) {
        let wasm = match self {
            Self::Module(error) => return (error.codespace(), error.code()),
            Self::During { source, .. } => return source.codespace_and_code(),
            Self::Unauthorized { .. } => return (codespace::SDK, 4),
            Self::Unroutable { .. } => return (codespace::SDK, 6),
            // Not an address: the SDK gives no code to that.
            Self::Address { .. }
            | Self::ListedAddress { .. }
            | Self::Origin { .. }
            | Self::Funds { .. } => return (codespace::UNDEFINED, 1),
            Self::AskedAddress { .. } => return (codespace::SDK, 7),
            Self::SubmessageGas => return (codespace::SDK, 11),
            Self::InvalidRequest { .. } | Self::CodeBytes { .. } => return (codespace::SDK, 18),
            Self::Create(_) | Self::Uncompress(_) | Self::Unpacked { .. } => 2,
            Self::AccountExists => 3,
            Self::Contract { entry, .. } => entry.failure_code(),
            Self::NotFound { .. } => 8,
            Self::Unpackable { .. } => 10,
            Self::MissingIbcEntryPoints => 11,
            Self::Empty { .. } => 12,
            Self::Limit { .. } | Self::AnyMessageBytes { .. } | Self::BlockCode { .. } => 13,
            Self::Invalid { .. } | Self::NotAuthority { .. } => 14,
            Self::Duplicate { .. } => 15,
            Self::UnknownMessage { .. } => 20,
            Self::Event { .. } => 21,
            Self::NoSuchContract { .. } => 22,
            Self::QueryStack => 27,
            Self::NoSuchCode { .. } => 28,
            Self::Vm(_) | Self::VmGas | Self::ResponseGas { .. } | Self::ReplyPayload { .. } => 29,
            Self::CallDepth => 30,
        };
        (codespace::WASM, wasm)
    }
}

impl From<OutOfGas> for WasmError {
    fn from(error: OutOfGas) -> Self {
        Self::Module(error.into())
    }
}

impl From<WasmError> for ModuleError {
    fn from(error: WasmError) -> Self {
        match error {
            WasmError::Module(error) => error,
            refused => {
                let (codespace, code) = refused.codespace_and_code();
                Self::Refused { codespace, code, message: refused.to_string() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_reads_its_callees_own_words_and_nothing_else() {
        let own = WasmError::Contract { entry: Entry::Execute, text: "no".to_owned() };
        assert_eq!(own.redacted(), "no: execute wasm contract failed");
        assert_eq!(own.during("dispatch").redacted(), "codespace: wasm, code: 5");
        assert_eq!(WasmError::NoSuchCode { code_id: 7 }.redacted(), "codespace: wasm, code: 28");
        assert_eq!(WasmError::SubmessageGas.redacted(), "codespace: sdk, code: 11");
    }

    #[test]
    fn out_of_gas_stays_out_of_gas_in_every_phase() {
        let gas = OutOfGas { location: "test", limit: 1, used: 2 };
        let error = WasmError::from(gas.clone()).during("reply").during("dispatch");
        assert!(error.is_fatal());
        assert!(matches!(ModuleError::from(error), ModuleError::OutOfGas(kept) if kept == gas));
    }
}
