//! What validators are refused for.

use super::ConsensusAddress;
use crate::core::{ModuleError, codespace};

/// Why a validator cannot be kept or read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValidatorError {
    /// Not 20 bytes, or not their hexadecimal digits.
    #[error("a consensus address has 20 bytes: invalid address")]
    Address,
    /// Another kind of key than ed25519, or none.
    #[error("validator {position} of the genesis has no ed25519 key: invalid pubkey")]
    Key {
        /// Counted from zero.
        position: usize,
    },
    /// A power that is not positive.
    #[error("validator {address} has power {power}: invalid request")]
    Power {
        /// Whose.
        address: ConsensusAddress,
        /// The power.
        power: i64,
    },
    /// The same key again.
    #[error("validator {address} appears twice: invalid request")]
    Duplicate {
        /// Whose.
        address: ConsensusAddress,
    },
    /// More validators than are kept.
    #[error("more than {limit} validators: invalid request")]
    TooMany {
        /// Most validators.
        limit: usize,
    },
    /// More power than all validators may have.
    #[error("all validators together have more power than {limit}: invalid request")]
    TotalPower {
        /// Most power.
        limit: u64,
    },
    /// A change after which no validator would be wanted.
    #[error("nobody would be left in the validator set: invalid request")]
    NobodyLeft,
    /// Stored bytes are not what this version writes.
    #[error("corrupt validator: internal logic error")]
    Corrupt,
}

impl From<ValidatorError> for ModuleError {
    fn from(error: ValidatorError) -> Self {
        let code = match error {
            ValidatorError::Address => 7,
            ValidatorError::Key { .. } => 8,
            ValidatorError::Power { .. }
            | ValidatorError::Duplicate { .. }
            | ValidatorError::TooMany { .. }
            | ValidatorError::TotalPower { .. }
            | ValidatorError::NobodyLeft => 18,
            ValidatorError::Corrupt => 35,
        };
        Self::Refused { codespace: codespace::SDK, code, message: error.to_string() }
    }
}
