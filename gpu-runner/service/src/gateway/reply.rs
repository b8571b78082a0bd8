//! From a checked request to the response: whole, or as server-sent events.

use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use tokio::sync::OwnedSemaphorePermit;

use super::{
    Entry, Gateway, Peer,
    choice::{Choice, Piece, gathered, interleaved},
    error::ApiError,
    request::{Prepared, identity_headers},
};
use crate::RunnerError;

/// Seconds that a stock OpenAI client waits for a response, in a header of its own.
const CLIENT_TIMEOUT: &str = "x-stainless-timeout";

/// What differs between the kinds of completions.
pub trait Shape: Default + Send + Sync + 'static {
    /// Name of the call in metrics.
    const CALL: &str;
    /// Reads a body.
    fn prepare(
        gateway: &Gateway,
        body: &[u8],
    ) -> impl Future<Output = Result<Prepared, ApiError>> + Send;
    /// `object` of a response or chunk.
    fn object(&self, is_chunk: bool) -> &'static str;
    /// The first chunk of an answer, if there is one before its text.
    fn opening(&self, _index: usize) -> Option<Value> {
        None
    }
    /// An entry of `choices`; `shown` counts the characters that were shown before.
    fn choice(&self, prepared: &Prepared, piece: &Piece, shown: usize, is_chunk: bool) -> Value;
}

/// Lets in, reads, computes and answers; counts the call by its outcome.
#[tracing::instrument(skip_all, fields(call = K::CALL))]
pub async fn create<K: Shape>(
    State(gateway): State<Arc<Gateway>>,
    peer: Peer,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // Nothing is read for a caller who is not let in.
    let answered = match gateway.enter(peer, &headers) {
        Err(refused) => Err(refused.into()),
        Ok(entry) => match K::prepare(&gateway, &body).await {
            Err(refused) => Err(refused),
            Ok(prepared) => answer(&gateway, &headers, entry, prepared, K::default()).await,
        },
    };
    let response = answered.unwrap_or_else(IntoResponse::into_response);
    let status = response.status().as_u16();
    gateway.metrics.called(K::CALL, status);
    tracing::debug!(status, "answered");
    response
}

async fn answer(
    gateway: &Gateway,
    headers: &HeaderMap,
    entry: Entry,
    prepared: Prepared,
    shape: impl Shape,
) -> Result<Response, ApiError> {
    let Entry { caller, permit } = entry;
    let deadline = Instant::now()
        + patience(headers).map_or(gateway.patience, |patience| patience.min(gateway.patience));
    let choices = prepared.ask(&caller, deadline)?;
    let mut identity = identity_headers(prepared.served.port.model());
    if let Ok(id) = prepared.id.parse() {
        identity.insert("x-request-id", id);
    }
    if prepared.params.is_stream {
        let events = events(prepared, choices, shape, permit);
        let sse = Sse::new(events).keep_alive(KeepAlive::default());
        return Ok((identity, sse).into_response());
    }
    let pieces = gathered(choices).await?;
    let tokens = pieces.iter().map(|piece| piece.tokens.len()).sum();
    let choices = pieces.iter().map(|piece| shape.choice(&prepared, piece, 0, false)).collect();
    let mut body = envelope(&prepared, &shape, choices, false);
    set(&mut body, "usage", prepared.usage(tokens));
    Ok((StatusCode::OK, identity, Json(body)).into_response())
}

/// How long the client says that it waits.
fn patience(headers: &HeaderMap) -> Option<Duration> {
    let seconds: f64 = headers.get(CLIENT_TIMEOUT)?.to_str().ok()?.parse().ok()?;
    (seconds > 0.0).then(|| Duration::try_from_secs_f64(seconds).ok()).flatten()
}

fn envelope(prepared: &Prepared, shape: &impl Shape, choices: Vec<Value>, is_chunk: bool) -> Value {
    json!({
        "id": prepared.id,
        "object": shape.object(is_chunk),
        "created": prepared.created,
        "model": prepared.params.model,
        "system_fingerprint": prepared.fingerprint(),
        "choices": choices,
        "stoa": prepared.extension(),
    })
}

fn set(body: &mut Value, name: &str, value: Value) {
    if let Value::Object(fields) = body {
        fields.insert(name.to_owned(), value);
    }
}

/// State of a stream: what was shown of each answer, and what was counted.
struct Sending<S> {
    prepared: Prepared,
    shape: S,
    shown: Vec<usize>,
    tokens: usize,
    _permit: OwnedSemaphorePermit,
}

impl<S: Shape> Sending<S> {
    fn chunk(&mut self, piece: Result<Piece, RunnerError>) -> Value {
        let piece = match piece {
            Ok(piece) => piece,
            // The status was sent long ago; clients look for this object.
            Err(error) => return ApiError::from(error).value(),
        };
        let shown = self.shown.get(piece.index).copied().unwrap_or_default();
        if let Some(shown) = self.shown.get_mut(piece.index) {
            *shown += piece.text.chars().count();
        }
        self.tokens += piece.tokens.len();
        let choice = self.shape.choice(&self.prepared, &piece, shown, true);
        self.envelope(vec![choice], None)
    }

    fn envelope(&self, choices: Vec<Value>, usage: Option<Value>) -> Value {
        let mut chunk = envelope(&self.prepared, &self.shape, choices, true);
        if self.prepared.params.include_usage {
            set(&mut chunk, "usage", usage.unwrap_or(Value::Null));
        }
        chunk
    }

    fn openings(&self) -> Vec<Value> {
        let openings = (0..self.shown.len()).filter_map(|index| self.shape.opening(index));
        openings.map(|choice| self.envelope(vec![choice], None)).collect()
    }

    fn usage(&self) -> Option<Value> {
        let usage = self.prepared.usage(self.tokens);
        self.prepared.params.include_usage.then(|| self.envelope(Vec::new(), Some(usage)))
    }
}

/// The events of a stream; dropping it (the client left) breaks the computation off.
fn events<S: Shape>(
    prepared: Prepared,
    choices: Vec<Choice>,
    shape: S,
    permit: OwnedSemaphorePermit,
) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    let shown = vec![0; choices.len()];
    let sending = Sending { prepared, shape, shown, tokens: 0, _permit: permit };
    let openings: Vec<_> = sending.openings().iter().map(event).collect();
    let pieces = interleaved(choices);
    let rest = stream::unfold(Some((sending, pieces)), |state| async move {
        let (mut sending, mut pieces) = state?;
        match pieces.next().await {
            Some(piece) => {
                let is_error = piece.is_err();
                let chunk = sending.chunk(piece);
                // After an error nothing follows, not even the mark of a complete answer.
                Some((vec![event(&chunk)], (!is_error).then_some((sending, pieces))))
            }
            None => {
                let mut last: Vec<_> = sending.usage().iter().map(event).collect();
                last.push(Event::default().data("[DONE]"));
                Some((last, None))
            }
        }
    });
    stream::iter(openings).chain(rest.flat_map(stream::iter)).map(Ok)
}

fn event(value: &Value) -> Event {
    Event::default().data(value.to_string())
}
