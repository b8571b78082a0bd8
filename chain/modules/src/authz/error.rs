//! What authorizations refuse.

use crate::{
    auth::AccAddress,
    core::{ModuleError, codespace},
};

/// ABCI codespace of this module.
pub const CODESPACE: &str = "authz";
/// Codespace of errors without a code of their own.
const UNDEFINED: &str = "undefined";
/// Codespace of the bank's own errors.
const BANK: &str = "bank";

/// Why a grant is not made, used or ended; codes are those of the Cosmos SDK.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthzError {
    /// Nobody granted this.
    #[error(
        "failed to get grant with given granter: {granter}, grantee: {grantee} & msgType: \
         {type_url} : authorization not found"
    )]
    NotGranted {
        /// Whose rights.
        granter: AccAddress,
        /// Who wanted to use them.
        grantee: AccAddress,
        /// For which message.
        type_url: String,
    },
    /// Nothing to end, or to show.
    #[error("{what}: authorization not found")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// A grant that is over before it begins.
    #[error(
        "expiration must be after the current block time ({now}), got {expiration}: expiration time \
         of authorization should be more than current time"
    )]
    PastExpiration {
        /// Time of the block.
        now: String,
        /// The expiration.
        expiration: String,
    },
    /// The grant is over.
    #[error("authorization expired")]
    Expired,
    /// To oneself.
    #[error("grantee and granter should be different")]
    SameAddress,
    /// A message that several must sign, or nobody.
    #[error("authorization can be given to msg with only one signer")]
    SignerCount,
    /// Nothing, or something else, where an authorization must be.
    #[error("{reason}: invalid type")]
    InvalidType {
        /// What is wrong.
        reason: String,
    },
    /// A grant for no message.
    #[error("msg type cannot be empty")]
    NoMessageType,
    /// No message is named.
    #[error("{reason}: invalid request")]
    InvalidRequest {
        /// What is wrong.
        reason: &'static str,
    },
    /// Coins of an authorization that cannot be.
    #[error("{reason}: invalid coins")]
    InvalidCoins {
        /// What is wrong with them.
        reason: String,
    },
    /// One recipient twice.
    #[error("duplicate entry")]
    DuplicateRecipient,
    /// More than the grant leaves.
    #[error("requested amount is more than spend limit: insufficient funds")]
    SpendLimit,
    /// A recipient that the grant is not for.
    #[error("cannot send to {recipient} address: unauthorized")]
    Recipient {
        /// The recipient.
        recipient: String,
    },
    /// A message that no part of the grant is for.
    #[error("unauthorized")]
    Unauthorized,
    /// A list or number of a contract authorization that must not be empty.
    #[error("{what}: empty")]
    Empty {
        /// Which.
        what: &'static str,
    },
    /// A grant for no code.
    #[error("position {position}: code hash: empty")]
    NoCodeHash {
        /// Its place in the list.
        position: usize,
    },
    /// A grant for code with a permission that cannot be.
    #[error("position {position}: {reason}")]
    CodeGrant {
        /// Its place in the list.
        position: usize,
        /// Codespace and code of the refusal.
        code: (&'static str, u32),
        /// What is wrong with it.
        reason: String,
    },
    /// A part of a contract authorization that cannot be.
    #[error("{what}: invalid")]
    Invalid {
        /// Which.
        what: &'static str,
    },
    /// An entry of a contract authorization twice.
    #[error("{what}: duplicate")]
    Duplicate {
        /// Of which list.
        what: &'static str,
    },
    /// The grantee is an account of the chain itself.
    #[error("{grantee} is not allowed to receive funds: unauthorized")]
    Blocked {
        /// The grantee.
        grantee: AccAddress,
    },
    /// Too many messages of this kind inside each other.
    #[error("max call depth exceeded")]
    TooDeep,
    /// Stored bytes are not what this version writes.
    #[error("corrupt grant: internal logic error")]
    Corrupt,
    /// The genesis section cannot be used.
    #[error("authz genesis: {reason}: invalid request")]
    Genesis {
        /// What is wrong with it.
        reason: String,
    },
}

impl AuthzError {
    pub(super) fn code_grant(position: usize, error: &ModuleError) -> Self {
        let code = (error.codespace(), error.code());
        Self::CodeGrant { position, code, reason: error.to_string() }
    }

    const fn code(&self) -> (&'static str, u32) {
        match self {
            Self::NoMessageType => (UNDEFINED, 1),
            Self::NotGranted { .. } | Self::NotFound { .. } => (CODESPACE, 2),
            Self::PastExpiration { .. } => (CODESPACE, 3),
            Self::Expired => (CODESPACE, 6),
            Self::SameAddress => (CODESPACE, 7),
            Self::SignerCount => (CODESPACE, 9),
            Self::DuplicateRecipient => (BANK, 8),
            Self::CodeGrant { code, .. } => *code,
            Self::Empty { .. } | Self::NoCodeHash { .. } => (codespace::WASM, 12),
            Self::Invalid { .. } => (codespace::WASM, 14),
            Self::Duplicate { .. } => (codespace::WASM, 15),
            Self::TooDeep => (codespace::WASM, 30),
            Self::Unauthorized | Self::Recipient { .. } | Self::Blocked { .. } => {
                (codespace::SDK, 4)
            }
            Self::SpendLimit => (codespace::SDK, 5),
            Self::InvalidCoins { .. } => (codespace::SDK, 10),
            Self::InvalidRequest { .. } | Self::Genesis { .. } => (codespace::SDK, 18),
            Self::InvalidType { .. } => (codespace::SDK, 29),
            Self::Corrupt => (codespace::SDK, 35),
        }
    }
}

impl From<AuthzError> for ModuleError {
    fn from(error: AuthzError) -> Self {
        let (codespace, code) = error.code();
        Self::Refused { codespace, code, message: error.to_string() }
    }
}
