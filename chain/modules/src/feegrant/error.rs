//! What fee grants refuse.

use crate::{
    auth::AccAddress,
    core::{ModuleError, codespace},
};

/// ABCI codespace of this module.
pub const CODESPACE: &str = "feegrant";

/// Why a fee grant is not made, used or ended; codes are those of `x/feegrant`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeegrantError {
    /// The allowance leaves less than the fee.
    #[error("{which}: fee limit exceeded")]
    LimitExceeded {
        /// Which limit, in the words of the SDK.
        which: &'static str,
    },
    /// The allowance is over.
    #[error("{which}: fee allowance expired")]
    Expired {
        /// Which allowance, in the words of the SDK.
        which: &'static str,
    },
    /// A time or period that cannot be.
    #[error("{reason}: invalid duration")]
    InvalidDuration {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Nothing, or something else, where an allowance must be.
    #[error("{reason}: no allowance")]
    NoAllowance {
        /// What is wrong.
        reason: &'static str,
    },
    /// A list of allowed messages without messages.
    #[error("allowed messages shouldn't be empty: allowed messages are empty")]
    NoMessages,
    /// A message that the allowance is not for.
    #[error("message does not exist in allowed messages: message not allowed")]
    MessageNotAllowed,
    /// Coins of an allowance that cannot be.
    #[error("{reason}: invalid coins")]
    InvalidCoins {
        /// What is wrong with them.
        reason: String,
    },
    /// To oneself.
    #[error("{reason}: invalid address")]
    SameAddress {
        /// In the words of the SDK.
        reason: &'static str,
    },
    /// The pair has an allowance already.
    #[error("fee allowance already exists: invalid request")]
    Exists,
    /// The allowance would be over before it begins.
    #[error("expiration is before current block time: invalid request")]
    PastExpiration,
    /// The pair has no allowance.
    #[error("fee-grant not found: not found")]
    NotFound,
    /// The grantee is an account of the chain itself.
    #[error("{grantee} is not allowed to receive funds: unauthorized")]
    Blocked {
        /// The grantee.
        grantee: AccAddress,
    },
    /// Stored bytes are not what this version writes.
    #[error("corrupt fee grant: internal logic error")]
    Corrupt,
    /// The genesis section cannot be used.
    #[error("feegrant genesis: {reason}: invalid request")]
    Genesis {
        /// What is wrong with it.
        reason: String,
    },
}

impl FeegrantError {
    const fn code(&self) -> (&'static str, u32) {
        match self {
            Self::LimitExceeded { .. } => (CODESPACE, 2),
            Self::Expired { .. } => (CODESPACE, 3),
            Self::InvalidDuration { .. } => (CODESPACE, 4),
            Self::NoAllowance { .. } => (CODESPACE, 5),
            Self::NoMessages => (CODESPACE, 6),
            Self::MessageNotAllowed => (CODESPACE, 7),
            Self::Blocked { .. } => (codespace::SDK, 4),
            Self::SameAddress { .. } => (codespace::SDK, 7),
            Self::InvalidCoins { .. } => (codespace::SDK, 10),
            Self::Exists | Self::PastExpiration | Self::Genesis { .. } => (codespace::SDK, 18),
            Self::Corrupt => (codespace::SDK, 35),
            Self::NotFound => (codespace::SDK, 38),
        }
    }
}

impl From<FeegrantError> for ModuleError {
    fn from(error: FeegrantError) -> Self {
        let (codespace, code) = error.code();
        Self::Refused { codespace, code, message: error.to_string() }
    }
}
