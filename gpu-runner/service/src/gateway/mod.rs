//! The OpenAI-compatible way in, over HTTP.
//!
//! Purpose: current OpenAI clients work unchanged, and every answer says what computed it.
//! Place: beside gRPC, over the same models and schedulers.
//! Invariants: bodies, prompts, tokens, answers, open calls and times have named bounds; an answer whose client
//! left is not computed on; a parameter that would change the answer is obeyed or refused, never ignored.

mod catalogue;
mod chat;
mod choice;
mod completions;
mod embeddings;
mod error;
mod fields;
mod login;
mod params;
mod reply;
mod request;
mod stop;

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRequestParts, Request, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::{
    RunnerError,
    access::{Access, Caller},
    encoders::Encoders,
    metrics::Metrics,
    models::Models,
};
use error::ApiError;

/// Longest accepted body.
pub const MAX_BODY_BYTES: usize = 2 << 20;
/// Random bytes of an identifier.
const ID_BYTES: usize = 12;

/// What the gateway works with.
pub struct Gateway {
    /// Answer.
    pub models: Arc<Models>,
    /// Give embeddings.
    pub encoders: Arc<Encoders>,
    /// Decides who may ask.
    pub access: Access,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// Whether anybody may ask without payment.
    pub serve_unpaid: bool,
    /// Longest time of a request.
    pub patience: Duration,
    /// Requests that may be open.
    pub max_requests: usize,
    /// Places of open requests.
    pub open: Arc<Semaphore>,
    /// Cancelled when no new work is taken.
    pub closing: CancellationToken,
}

impl Gateway {
    /// Lets a caller in who may ask, while there is room.
    fn enter(&self, peer: Peer, headers: &HeaderMap) -> Result<Entry, RunnerError> {
        let caller = self.access.admit(authorization(headers), peer.address)?;
        if self.closing.is_cancelled() {
            return Err(RunnerError::ShuttingDown);
        }
        if !self.serve_unpaid {
            return Err(RunnerError::PaidOnly);
        }
        let limit = self.max_requests;
        let permit = Arc::clone(&self.open).try_acquire_owned();
        let permit = permit.map_err(|_| RunnerError::TooManyRequests { limit })?;
        Ok(Entry { caller, permit })
    }

    fn random_seed(&self) -> Result<u64, RunnerError> {
        getrandom::u64().map_err(|_| RunnerError::NoRandomness)
    }

    fn new_id(&self, prefix: &str) -> Result<String, RunnerError> {
        let mut bytes = [0; ID_BYTES];
        getrandom::fill(&mut bytes).map_err(|_| RunnerError::NoRandomness)?;
        Ok(format!("{prefix}-{}", hex::encode(bytes)))
    }
}

/// A caller who was let in, and the place that the request takes.
pub struct Entry {
    caller: Caller,
    permit: OwnedSemaphorePermit,
}

fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok())
}

/// The paths of the gateway.
pub fn router(gateway: Arc<Gateway>) -> Router {
    Router::new()
        .route("/v1/chat/completions", post(reply::create::<chat::Chat>))
        .route("/v1/completions", post(reply::create::<completions::Completions>))
        .route("/v1/embeddings", post(embeddings::create))
        .route("/v1/models", get(catalogue::list))
        .route("/v1/models/*name", get(catalogue::retrieve))
        .route("/v1/auth/challenge", post(login::challenge))
        .route("/v1/auth/session", post(login::session))
        .route("/health/live", get(|| async { StatusCode::OK }))
        .route("/health/ready", get(ready))
        .fallback(|request: Request| async move { ApiError::no_route(request.uri().path()) })
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(Arc::clone(&gateway), bounded))
        .with_state(gateway)
}

/// Whether questions are taken.
pub async fn ready(State(gateway): State<Arc<Gateway>>) -> StatusCode {
    match gateway.closing.is_cancelled() || gateway.models.all().is_empty() {
        true => StatusCode::SERVICE_UNAVAILABLE,
        false => StatusCode::OK,
    }
}

/// Bounds the time to a response's first byte, also against bodies that never end, and names long bodies in
/// the shape that clients expect.
async fn bounded(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let Ok(response) = tokio::time::timeout(gateway.patience, next.run(request)).await else {
        return ApiError::from(RunnerError::DeadlineExceeded).into_response();
    };
    match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::body_too_long(MAX_BODY_BYTES).into_response(),
        _ => response,
    }
}

/// Whom a connection comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Address, where the transport knows one.
    pub address: Option<IpAddr>,
}

#[axum::async_trait]
impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let address = parts.extensions.get::<SocketAddr>().map(SocketAddr::ip);
        Ok(Self { address })
    }
}

/// Seconds since 1970.
fn now_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
