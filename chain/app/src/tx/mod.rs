//! Transactions as bytes: reading, strictness, what is signed.
//!
//! Purpose: one reading of every byte string, or none. A transaction is refused if any part has a field
//! that this version does not know: signing something that the chain reads differently must not be
//! possible (Cosmos SDK ADR-020 and ADR-027).
//! Place: before the ante checks; pure.
//! Invariants: reading never panics and its work is linear in the number of bytes; no two sign modes and no
//! two chains, accounts or sequences share the bytes that are signed.

mod amino;
mod decode;
mod error;
pub mod schema;
mod sign_mode;
mod signature;
mod strict;
mod travel;
pub mod wire;

use cosmos_sdk_proto::{
    Any,
    cosmos::tx::v1beta1::{Fee, SignerInfo, TxBody},
};

use stoa_modules::Time;

pub use amino::{AminoError, std_tx};
pub use decode::decode;
pub use error::TxError;
pub use sign_mode::{SignModeError, SignerData};
pub use signature::{SignatureData, SignatureError};
pub use travel::travelling;

/// A transaction that can be read; nothing else about it is checked yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Tx {
    size_bytes: usize,
    body_bytes: Vec<u8>,
    auth_info_bytes: Vec<u8>,
    signatures: Vec<Vec<u8>>,
    body: TxBody,
    newer: NewerFields,
    signer_infos: Vec<SignerInfo>,
    fee: Fee,
}

/// Fields of the body that SDK 0.53 has and the interface crate does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct NewerFields {
    is_unordered: bool,
    timeout: Option<Time>,
}

impl Tx {
    /// Length of the whole transaction.
    pub const fn size_bytes(&self) -> usize {
        self.size_bytes
    }

    /// The messages; at least one.
    pub fn messages(&self) -> &[Any] {
        &self.body.messages
    }

    /// The memo.
    pub fn memo(&self) -> &str {
        &self.body.memo
    }

    /// Last height at which it may be executed; zero for any.
    pub const fn timeout_height(&self) -> u64 {
        self.body.timeout_height
    }

    /// Last block time at which it may be executed, if one is named.
    pub const fn timeout_time(&self) -> Option<Time> {
        self.newer.timeout
    }

    /// Whether it names no place in its signers' history.
    pub const fn is_unordered(&self) -> bool {
        self.newer.is_unordered
    }

    /// Extensions that must be understood.
    pub fn extension_options(&self) -> &[Any] {
        &self.body.extension_options
    }

    /// Key, mode and sequence of each signer.
    pub fn signer_infos(&self) -> &[SignerInfo] {
        &self.signer_infos
    }

    /// One signature a signer.
    pub fn signatures(&self) -> &[Vec<u8>] {
        &self.signatures
    }

    /// The fee; all defaults if the transaction has none.
    pub const fn fee(&self) -> &Fee {
        &self.fee
    }

    /// Most gas that it may consume.
    pub const fn gas_limit(&self) -> u64 {
        self.fee.gas_limit
    }
}
