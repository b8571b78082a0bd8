//! What accounts refuse.

use super::{AccAddress, AddressError};
use crate::core::{ModuleError, codespace};

/// Why an account operation fails; codes are those of the Cosmos SDK.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// No such account.
    #[error("account {address} does not exist: unknown address")]
    UnknownAddress {
        /// The address asked for.
        address: AccAddress,
    },
    /// A field of a message is no address.
    #[error("invalid {field} address: {source}: invalid address")]
    InvalidAddress {
        /// Which field.
        field: &'static str,
        /// What is wrong with it.
        source: AddressError,
    },
    /// A key of an unknown kind or shape.
    #[error("{reason}: invalid pubkey")]
    InvalidKey {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A message that makes no sense.
    #[error("{reason}: invalid request")]
    InvalidRequest {
        /// What is wrong with it.
        reason: String,
    },
    /// A sequence or account number is used up.
    #[error("{counter} overflows: internal logic error")]
    CounterOverflow {
        /// Which counter.
        counter: &'static str,
    },
    /// Stored bytes are not what this version writes.
    #[error("corrupt {what}: internal logic error")]
    Corrupt {
        /// Which record.
        what: &'static str,
    },
    /// The genesis section cannot be used.
    #[error("auth genesis: {reason}: invalid request")]
    Genesis {
        /// What is wrong with it.
        reason: String,
    },
}

impl AuthError {
    const fn code(&self) -> u32 {
        match self {
            Self::InvalidAddress { .. } => 7,
            Self::InvalidKey { .. } => 8,
            Self::UnknownAddress { .. } => 9,
            Self::InvalidRequest { .. } | Self::Genesis { .. } => 18,
            Self::CounterOverflow { .. } | Self::Corrupt { .. } => 35,
        }
    }
}

impl From<AuthError> for ModuleError {
    fn from(error: AuthError) -> Self {
        Self::Refused { codespace: codespace::SDK, code: error.code(), message: error.to_string() }
    }
}
