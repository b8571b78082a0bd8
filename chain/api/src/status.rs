//! Errors as gRPC and REST show them.

use axum::http::StatusCode;
use serde_json::{Value, json};
use stoa_modules::{ModuleError, core::codespace};
use tonic::Code;

/// What gRPC wraps around messages when they travel over ABCI.
const ABCI_PREFIX: &str = "rpc error: code = ";
/// Behind the name of the code.
const ABCI_DESCRIPTION: &str = " desc = ";

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// gRPC code.
    pub code: Code,
    /// For people, and for clients that look for the SDK's wording.
    pub message: String,
}

impl Status {
    /// The request makes no sense.
    pub fn invalid(reason: impl ToString) -> Self {
        Self { code: Code::InvalidArgument, message: reason.to_string() }
    }

    /// What was asked for does not exist.
    pub fn not_found(what: impl ToString) -> Self {
        Self { code: Code::NotFound, message: what.to_string() }
    }

    /// The chain has no such route.
    pub fn not_implemented() -> Self {
        Self { code: Code::Unimplemented, message: "Not Implemented".to_owned() }
    }

    /// Refused by what has no codes of its own.
    pub fn unknown(reason: impl ToString) -> Self {
        Self { code: Code::Unknown, message: reason.to_string() }
    }

    /// Too many requests wait.
    pub fn exhausted(reason: impl ToString) -> Self {
        Self { code: Code::ResourceExhausted, message: reason.to_string() }
    }

    /// Something behind this node does not answer.
    pub fn unavailable(reason: impl ToString) -> Self {
        Self { code: Code::Unavailable, message: reason.to_string() }
    }

    /// This node is at fault.
    pub fn internal(reason: impl ToString) -> Self {
        Self { code: Code::Internal, message: reason.to_string() }
    }

    /// The JSON that the SDK's REST gateway answers.
    pub fn to_json(&self) -> Value {
        json!({"code": i32::from(self.code), "message": self.message, "details": []})
    }

    /// The HTTP status that the SDK's REST gateway answers.
    pub const fn http(&self) -> StatusCode {
        match self.code {
            Code::Ok => StatusCode::OK,
            Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => {
                StatusCode::BAD_REQUEST
            }
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
            Code::PermissionDenied => StatusCode::FORBIDDEN,
            Code::Unauthenticated => StatusCode::UNAUTHORIZED,
            Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
            Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
            Code::Cancelled | Code::Unknown | Code::Internal | Code::DataLoss => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// The gRPC form: without the words that only ABCI adds.
    pub fn to_tonic(&self) -> tonic::Status {
        let message = self.message.strip_prefix(ABCI_PREFIX).and_then(|rest| {
            let (_, description) = rest.split_once(ABCI_DESCRIPTION)?;
            Some(description.rsplit_once(": ").map_or(description, |(text, _)| text))
        });
        tonic::Status::new(self.code, message.unwrap_or(&self.message))
    }
}

impl From<&ModuleError> for Status {
    fn from(error: &ModuleError) -> Self {
        let message = error.to_string();
        let code = match (error.codespace(), error.code()) {
            _ if message.starts_with("rpc error: code = NotFound") => Code::NotFound,
            _ if message.starts_with("rpc error: code = InvalidArgument") => Code::InvalidArgument,
            _ if message.starts_with("rpc error: code = Internal") => Code::Internal,
            // A refusal without a status of its own.
            (codespace::SDK, 18) => Code::Unknown,
            // Address, coins, height.
            (codespace::SDK, 7 | 10 | 26) => Code::InvalidArgument,
            // Key and "not found".
            (codespace::SDK, 22 | 38) => Code::NotFound,
            (codespace::SDK, 6) if message.contains("unknown query path") => Code::Unimplemented,
            // Message, emptiness, limit and "invalid" of wasmd.
            (codespace::WASM, 10 | 12..=14) => Code::InvalidArgument,
            // "not found", "no such contract", "no such code" of wasmd.
            (codespace::WASM, 8 | 22 | 28) => Code::NotFound,
            _ => Code::Unknown,
        };
        Self { code, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stoa_modules::router::QueryError;

    #[test]
    fn refusals_have_the_statuses_that_wallets_probe_for() {
        let status = |error: QueryError| Status::from(&ModuleError::from(error));
        let missing = status(QueryError::NotFound { what: "account stoa1x".to_owned() });
        assert_eq!((missing.code, missing.http()), (Code::NotFound, StatusCode::NOT_FOUND));
        assert_eq!(missing.to_tonic().message(), "account stoa1x not found");
        assert!(
            missing.to_json()["message"].as_str().is_some_and(|text| text.contains("NotFound"))
        );
        assert_eq!(status(QueryError::invalid("x")).http(), StatusCode::BAD_REQUEST);
        let internal =
            status(QueryError::Internal { reason: "fee-grant not found: not found".into() });
        assert_eq!(internal.http(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(internal.to_tonic().message(), "fee-grant not found: not found");
        assert_eq!(status(QueryError::UnknownPath).http(), StatusCode::NOT_IMPLEMENTED);
        assert_eq!(Status::not_implemented().to_json()["code"], 12);
    }
}
