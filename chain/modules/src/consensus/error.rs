//! What is refused.

use crate::core::{ModuleError, codespace};

/// Why parameters of consensus stay as they are. The SDK has no codes for these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsensusError {
    /// Block, evidence or validator parameters are missing.
    #[error("all parameters must be present")]
    Missing,
    /// A value that consensus refuses.
    #[error("{field} of {value} is out of range")]
    OutOfRange {
        /// Which parameter.
        field: &'static str,
        /// Its value.
        value: i64,
    },
    /// Other keys of validators than this chain knows.
    #[error("validator public keys are of type ed25519 and of no other")]
    KeyTypes,
    /// Extensions of votes are on and stay on.
    #[error(
        "vote extensions cannot be disabled or moved once enabled: since {since}, height {height}"
    )]
    ExtensionsFixed {
        /// First height with extensions.
        since: i64,
        /// The present height.
        height: i64,
    },
    /// Extensions of votes from a height that is over.
    #[error("vote extensions cannot be enabled from height {from}, the current height is {height}")]
    ExtensionsInThePast {
        /// The height that is asked for.
        from: i64,
        /// The present height.
        height: i64,
    },
}

impl From<ConsensusError> for ModuleError {
    fn from(error: ConsensusError) -> Self {
        Self::Refused { codespace: codespace::UNDEFINED, code: 1, message: error.to_string() }
    }
}
