//! Errors in OpenAI's shape, with the HTTP status that its clients act on.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tonic::Code;

use crate::{
    RunnerError,
    rpc::{code, describe},
};

/// Seconds after which a refused caller may try again: about the time of a short answer.
const RETRY_AFTER_SECONDS: u32 = 1;

/// A refusal or failure of the gateway.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    param: Option<String>,
    message: String,
}

impl ApiError {
    /// A field that is missing, of another type or out of its bound.
    pub fn invalid(param: &str, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "invalid_request_error",
            code: Some("invalid_value"),
            param: Some(param.to_owned()),
            message: message.into(),
        }
    }

    /// A field that this runner does not know, or not with this value.
    pub fn unsupported(param: &str, message: impl Into<String>) -> Self {
        Self { code: Some("unsupported_parameter"), ..Self::invalid(param, message) }
    }

    /// A body that is no JSON object.
    pub fn body(message: impl Into<String>) -> Self {
        Self { param: None, code: Some("invalid_json"), ..Self::invalid("", message) }
    }

    /// A body above the bound.
    pub fn body_too_long(limit_bytes: usize) -> Self {
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            code: Some("request_too_large"),
            ..Self::body(format!("the request is longer than {limit_bytes} bytes"))
        }
    }

    /// A path or method that there is not.
    pub fn no_route(path: &str) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            code: Some("unknown_url"),
            ..Self::body(format!("there is no {path} here"))
        }
    }

    /// Something that the model cannot do.
    pub fn not_by_this_model(message: String) -> Self {
        let code = Some("unsupported_operation");
        Self { param: Some("model".to_owned()), code, ..Self::body(message) }
    }

    /// The error as a value: what a stream sends when it is too late for a status.
    pub fn value(&self) -> Value {
        json!({
            "error": {
                "message": self.message,
                "type": self.kind,
                "param": self.param,
                "code": self.code,
            }
        })
    }
}

impl From<RunnerError> for ApiError {
    fn from(error: RunnerError) -> Self {
        let (status, kind, name) = shape(&error);
        if status.is_server_error() {
            tracing::warn!(%error, %status, "call failed");
        }
        let is_model =
            matches!(error, RunnerError::UnknownModel { .. } | RunnerError::NoChatTemplate { .. });
        let param = is_model.then(|| "model".to_owned());
        Self { status, kind, code: name, param, message: describe(&error) }
    }
}

fn shape(error: &RunnerError) -> (StatusCode, &'static str, Option<&'static str>) {
    const INVALID: &str = "invalid_request_error";
    match error {
        RunnerError::UnknownModel { .. } => {
            return (StatusCode::NOT_FOUND, INVALID, Some("model_not_found"));
        }
        RunnerError::NoChatTemplate { .. } => {
            return (StatusCode::BAD_REQUEST, INVALID, Some("chat_template_missing"));
        }
        _ => {}
    }
    match code(error) {
        Code::InvalidArgument | Code::FailedPrecondition => {
            (StatusCode::BAD_REQUEST, INVALID, Some("invalid_request"))
        }
        Code::NotFound => (StatusCode::NOT_FOUND, INVALID, Some("not_found")),
        Code::Unauthenticated => {
            (StatusCode::UNAUTHORIZED, "authentication_error", Some("invalid_api_key"))
        }
        Code::PermissionDenied => {
            (StatusCode::FORBIDDEN, "permission_error", Some("permission_denied"))
        }
        Code::ResourceExhausted => {
            (StatusCode::TOO_MANY_REQUESTS, "rate_limit_error", Some("rate_limit_exceeded"))
        }
        Code::DeadlineExceeded => {
            (StatusCode::GATEWAY_TIMEOUT, "timeout_error", Some("deadline_exceeded"))
        }
        Code::Unavailable | Code::Cancelled => {
            (StatusCode::SERVICE_UNAVAILABLE, "server_error", Some("service_unavailable"))
        }
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "server_error", None),
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.value())).into_response();
        let is_busy = self.status == StatusCode::TOO_MANY_REQUESTS
            || self.status == StatusCode::SERVICE_UNAVAILABLE;
        if is_busy {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        }
        response
    }
}
