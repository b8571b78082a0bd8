//! What the chain says about accounts and transactions.

use std::fmt;

use serde::Serialize;

use crate::events::{Event, find_attribute};

/// Codespace of the Cosmos SDK's own errors.
const SDK_CODESPACE: &str = "sdk";
/// `ErrWrongSequence` of the Cosmos SDK.
const WRONG_SEQUENCE: u32 = 32;
/// `ErrTxInMempoolCache` of the Cosmos SDK.
const TX_IN_MEMPOOL: u32 = 19;
/// `ErrMempoolIsFull` of the Cosmos SDK.
const MEMPOOL_IS_FULL: u32 = 20;

/// What a signature needs to know about its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Number of the account on this chain.
    pub number: u64,
    /// Transactions it has sent.
    pub sequence: u64,
}

/// A transaction in a block, executed without error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TxOutcome {
    /// SHA-256 of the transaction's bytes, upper-case hex as explorers show it.
    pub hash: String,
    /// The block.
    pub height: u64,
    /// Gas limit that was paid.
    pub gas_wanted: i64,
    /// Gas that was needed.
    pub gas_used: i64,
    /// Everything that the messages emitted.
    pub events: Vec<Event>,
    /// Encoded `TxMsgData`.
    #[serde(skip)]
    pub data: Vec<u8>,
}

impl TxOutcome {
    /// The first value of `key` in events of `kind`, e.g. `("wasm", "job_id")`.
    pub fn attribute(&self, kind: &str, key: &str) -> Option<&str> {
        find_attribute(&self.events, kind, key)
    }
}

/// Why a transaction was not executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TxRefusal {
    /// Namespace of the code.
    pub codespace: String,
    /// Error number within the namespace.
    pub code: u32,
    /// The application's explanation.
    pub raw_log: String,
}

impl TxRefusal {
    /// The same bytes are pending already: another sender with this key was faster with the same
    /// message under the same sequence number. That transaction is the other's, not this one.
    pub(crate) fn already_pending(raw_log: String) -> Self {
        Self { codespace: SDK_CODESPACE.to_owned(), code: TX_IN_MEMPOOL, raw_log }
    }

    /// The sequence number is not the account's next, or is taken by a pending transaction.
    pub fn is_sequence_conflict(&self) -> bool {
        (self.codespace == SDK_CODESPACE && [WRONG_SEQUENCE, TX_IN_MEMPOOL].contains(&self.code))
            || self.raw_log.contains("account sequence mismatch")
    }

    /// The node has no room for more pending transactions.
    pub fn is_mempool_full(&self) -> bool {
        self.codespace == SDK_CODESPACE && self.code == MEMPOOL_IS_FULL
    }
}

impl fmt::Display for TxRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({} {})", self.raw_log.trim(), self.codespace, self.code)
    }
}
