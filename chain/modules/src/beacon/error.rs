//! What the beacon refuses.

use crate::core::{ModuleError, codespace};

/// Codespace of refused extensions.
pub const CODESPACE: &str = "beacon";

/// Why an extension or a genesis section is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BeaconError {
    /// More bytes than an extension can have.
    #[error("a vote extension of {actual} bytes, the limit is {limit}")]
    TooLong {
        /// Bytes of the extension.
        actual: usize,
        /// Most bytes.
        limit: usize,
    },
    /// Not an extension in its one encoding.
    #[error("the vote extension is malformed")]
    Malformed,
    /// A link without an anchor that counts for its index.
    #[error("no hash chain is anchored for index {index}")]
    NoChain {
        /// The index.
        index: u64,
    },
    /// The chain has no link for this index any more.
    #[error("index {index} is beyond the hash chain, which ends before {end}")]
    Ended {
        /// The index.
        index: u64,
        /// The first index without a link.
        end: u64,
    },
    /// A link that is known already, or older.
    #[error("the link of index {index} is not ahead of index {last}")]
    NotAhead {
        /// Index of the link.
        index: u64,
        /// Last index that was revealed.
        last: u64,
    },
    /// A link too far from the last one to be verified.
    #[error("the link of index {index} is more than {limit} ahead of index {last}")]
    TooFar {
        /// Index of the link.
        index: u64,
        /// Last index that was revealed.
        last: u64,
        /// Most indices between them.
        limit: u64,
    },
    /// Not a link of the chain.
    #[error("the link of index {index} does not hash to the link of index {last}")]
    WrongLink {
        /// Index of the link.
        index: u64,
        /// Last index that was revealed.
        last: u64,
    },
    /// Parameters out of their range.
    #[error("beacon genesis: {field} of {value} is not within {low} and {high}")]
    Genesis {
        /// Which parameter.
        field: &'static str,
        /// Its value.
        value: u64,
        /// The least.
        low: u64,
        /// The most.
        high: u64,
    },
    /// Stored bytes are not what this version writes.
    #[error("corrupt {what}: internal logic error")]
    Corrupt {
        /// Which record.
        what: &'static str,
    },
}

impl From<BeaconError> for ModuleError {
    fn from(error: BeaconError) -> Self {
        let (codespace, code) = match error {
            BeaconError::Malformed => (CODESPACE, 2),
            BeaconError::TooLong { .. } => (CODESPACE, 3),
            BeaconError::NoChain { .. } => (CODESPACE, 4),
            BeaconError::Ended { .. } => (CODESPACE, 5),
            BeaconError::NotAhead { .. } => (CODESPACE, 6),
            BeaconError::WrongLink { .. } => (CODESPACE, 7),
            BeaconError::TooFar { .. } => (CODESPACE, 8),
            BeaconError::Genesis { .. } => (codespace::SDK, 18),
            BeaconError::Corrupt { .. } => (codespace::SDK, 35),
        };
        Self::Refused { codespace, code, message: error.to_string() }
    }
}
