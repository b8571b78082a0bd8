//! What routing and queries refuse.

use crate::core::{ModuleError, codespace};

/// Why a message or genesis section reaches no module.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// No module knows the message: a transaction with it cannot even be read.
    #[error("unable to resolve type URL {type_url}: tx parse error")]
    UnknownType {
        /// Type of the message.
        type_url: String,
    },
    /// The message's bytes are not of its type.
    #[error("errUnknownField or malformed {type_url}: tx parse error")]
    Malformed {
        /// Type of the message.
        type_url: String,
    },
    /// No module executes the message.
    #[error("no message handler found for {type_url}: unknown request")]
    NoHandler {
        /// Type of the message.
        type_url: String,
    },
    /// A section of the genesis file has another shape.
    #[error("genesis section {section}: {reason}: invalid request")]
    Genesis {
        /// Name of the section.
        section: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl From<RouteError> for ModuleError {
    fn from(error: RouteError) -> Self {
        let code = match error {
            RouteError::UnknownType { .. } | RouteError::Malformed { .. } => 2,
            RouteError::NoHandler { .. } => 6,
            RouteError::Genesis { .. } => 18,
        };
        Self::Refused { codespace: codespace::SDK, code, message: error.to_string() }
    }
}

/// Why a query has no answer. Texts and codes are those that Cosmos SDK nodes answer over ABCI, where
/// clients look for `rpc error: code = NotFound`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// What was asked for does not exist (gRPC status 5).
    #[error("rpc error: code = NotFound desc = {what} not found: key not found")]
    NotFound {
        /// What it is, e.g. `account stoa1…`.
        what: String,
    },
    /// The same where the SDK has other words.
    #[error("rpc error: code = NotFound desc = {reason}: key not found")]
    Missing {
        /// The whole sentence.
        reason: String,
    },
    /// The request cannot be understood (gRPC status 3).
    #[error("rpc error: code = InvalidArgument desc = {reason}: invalid request")]
    Invalid {
        /// What is wrong with it.
        reason: String,
    },
    /// There is no answer for another reason (gRPC status 13).
    #[error("rpc error: code = Internal desc = {reason}: invalid request")]
    Internal {
        /// Why.
        reason: String,
    },
    /// A refusal to which the SDK gives no status (gRPC status 2).
    #[error("{reason}: invalid request")]
    Unknown {
        /// Why.
        reason: String,
    },
    /// No module answers at this path (gRPC status 12).
    #[error("unknown query path: unknown request")]
    UnknownPath,
}

impl QueryError {
    /// A refusal with the text of `reason`.
    pub fn invalid(reason: impl ToString) -> Self {
        Self::Invalid { reason: reason.to_string() }
    }

    /// A refusal without a status, with the text of `reason`.
    pub fn unknown(reason: impl ToString) -> Self {
        Self::Unknown { reason: reason.to_string() }
    }
}

impl From<QueryError> for ModuleError {
    fn from(error: QueryError) -> Self {
        let code = match error {
            QueryError::NotFound { .. } | QueryError::Missing { .. } => 22,
            QueryError::Invalid { .. }
            | QueryError::Internal { .. }
            | QueryError::Unknown { .. } => 18,
            QueryError::UnknownPath => 6,
        };
        Self::Refused { codespace: codespace::SDK, code, message: error.to_string() }
    }
}
