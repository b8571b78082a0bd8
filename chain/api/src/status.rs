//! Errors as gRPC and REST show them.

use axum::http::StatusCode;
use serde_json::{Value, json};
use stoa_modules::{ModuleError, core::codespace};
use tonic::Code;

/// What gRPC wraps around messages when they travel over ABCI.
const ABCI_PREFIX: &str = "rpc error: code = ";
/// Behind the name of the code.
const ABCI_DESCRIPTION: &str = " desc = ";
/// Codes of the SDK that refusals without one of their own have over ABCI.
const UNKNOWN_REQUEST: u32 = 6;
const INVALID_REQUEST: u32 = 18;
/// Code of wasmd for what a contract answers with an error.
const QUERY_FAILED: u32 = 9;

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

    /// The gRPC form.
    pub fn to_tonic(&self) -> tonic::Status {
        tonic::Status::new(self.code, &self.message)
    }
}

/// gRPC has other words than ABCI for the same refusal; both are the SDK's.
impl From<&ModuleError> for Status {
    fn from(error: &ModuleError) -> Self {
        let text = error.to_string();
        if let Some((name, rest)) =
            text.strip_prefix(ABCI_PREFIX).and_then(|rest| rest.split_once(ABCI_DESCRIPTION))
        {
            let code = match name {
                "NotFound" => Code::NotFound,
                "InvalidArgument" => Code::InvalidArgument,
                "Internal" => Code::Internal,
                "ResourceExhausted" => Code::ResourceExhausted,
                _ => Code::Unknown,
            };
            return Self { code, message: without_kind(rest).0.to_owned() };
        }
        let (what, kind) = without_kind(&text);
        match (error.codespace(), error.code()) {
            (codespace::SDK, UNKNOWN_REQUEST) if text.contains("unknown query path") => {
                Self::not_implemented()
            }
            // Refusals without a code of their own.
            (codespace::SDK, INVALID_REQUEST) => Self::unknown(what),
            (codespace::WASM, QUERY_FAILED) => Self::unknown(&text),
            (codespace, code) if kind.is_empty() => {
                Self::unknown(format!("codespace {codespace} code {code}: {what}"))
            }
            (codespace, code) => {
                Self::unknown(format!("codespace {codespace} code {code}: {kind}: {what}"))
            }
        }
    }
}

/// What is refused, and the kind of the refusal that ABCI has at the end.
fn without_kind(text: &str) -> (&str, &str) {
    text.rsplit_once(": ").unwrap_or((text, ""))
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
        assert_eq!(missing.message, "account stoa1x not found");
        assert_eq!(status(QueryError::invalid("x")).http(), StatusCode::BAD_REQUEST);
        let plain = status(QueryError::unknown("decoding bech32 failed: too short"));
        assert_eq!((plain.code, plain.http().as_u16()), (Code::Unknown, 500));
        assert_eq!(plain.message, "decoding bech32 failed: too short");
        let internal =
            status(QueryError::Internal { reason: "fee-grant not found: not found".into() });
        assert_eq!(internal.http(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(internal.message, "fee-grant not found: not found");
        assert_eq!(status(QueryError::UnknownPath).http(), StatusCode::NOT_IMPLEMENTED);
        assert_eq!(Status::not_implemented().to_json()["code"], 12);
    }

    #[test]
    fn registered_refusals_are_turned_around_as_by_the_sdk() {
        let refused = |codespace, code, message: &str| {
            let message = message.to_owned();
            Status::from(&ModuleError::Refused { codespace, code, message })
        };
        let missing = refused("wasm", 28, "code id 999: no such code");
        assert_eq!(
            (missing.code, missing.message.as_str()),
            (Code::Unknown, "codespace wasm code 28: no such code: code id 999")
        );
        let contract = refused("wasm", 9, "it says no: query wasm contract failed");
        assert_eq!(contract.message, "it says no: query wasm contract failed");
    }
}
