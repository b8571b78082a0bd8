//! `POST /v1/embeddings`: texts or token ids to vectors of unit length.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};
use stoa_engine::{
    EngineError, ModelKind,
    encoder::{EmbeddingRow, MAX_TEXTS, Tokens},
};
use stoa_primitives::ContentHash;

use super::{
    Entry, Gateway, Peer,
    error::ApiError,
    fields::Fields,
    request::{identity, identity_headers},
};
use crate::{RunnerError, encoders::ServedEncoder};

/// One in the embedding's unit, 2^-30.
const ONE: f64 = (1u32 << 30) as f64;

#[derive(Deserialize)]
#[serde(untagged)]
enum Input {
    Text(String),
    Texts(Vec<String>),
    Ids(Vec<u32>),
    IdLists(Vec<Vec<u32>>),
}

/// How numbers are written.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    /// Decimal, every bit of the exact value.
    Float,
    /// The nearest binary32 numbers, little-endian, in base64.
    Base64,
}

/// Computes embeddings.
pub async fn create(
    State(gateway): State<Arc<Gateway>>,
    peer: Peer,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // Nothing is read for a caller who is not let in.
    let answered = match gateway.enter(peer, &headers) {
        Ok(entry) => answer(&gateway, entry, &body).await,
        Err(refused) => Err(refused.into()),
    };
    let response = answered.unwrap_or_else(IntoResponse::into_response);
    gateway.metrics.called("embeddings", response.status().as_u16());
    response
}

async fn answer(gateway: &Gateway, entry: Entry, body: &[u8]) -> Result<Response, ApiError> {
    let mut fields = Fields::parse(body)?;
    let name: String = fields.required("model")?;
    let input: Input = fields.required("input")?;
    let encoding = fields.take("encoding_format")?.unwrap_or(Encoding::Float);
    let dimensions: Option<u64> = fields.take("dimensions")?;
    fields.end()?;
    let served = encoder(gateway, &name)?;
    let width = served.encoder.dimensions();
    if dimensions.is_some_and(|asked| asked != u64::from(width)) {
        let message =
            format!("dimensions: the embeddings of {name:?} have {width} and are not cut");
        return Err(ApiError::unsupported("dimensions", message));
    }
    let texts = read(served, input).await?;
    let tokens: usize = texts.iter().map(|text| text.ids.len()).sum();
    // The place among open requests is held until the answer is written.
    let rows = served.run(&entry.caller, texts).await?;
    let body = json!({
        "object": "list",
        "model": name,
        "data": rows.iter().enumerate().map(|(i, row)| object(i, row, encoding)).collect::<Vec<_>>(),
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        "stoa": extension(served, &rows),
    });
    Ok((identity_headers(served.model()), Json(body)).into_response())
}

/// The encoder of that name; a model that does something else says so.
fn encoder<'a>(gateway: &'a Gateway, name: &str) -> Result<&'a ServedEncoder, ApiError> {
    let Some(served) = gateway.encoders.get(name) else {
        let served = gateway.models.get(name, "")?;
        let architecture = &served.port.model().architecture;
        return Err(ApiError::not_by_this_model(format!(
            "the model {name:?} ({architecture}) continues text and gives no embeddings"
        )));
    };
    let expected = served.encoder.expect(ModelKind::Embedding);
    expected.map_err(|error| ApiError::not_by_this_model(error.to_string()))?;
    Ok(served)
}

/// Texts as the model reads them, off the async threads; ids are taken as they are.
async fn read(served: &ServedEncoder, input: Input) -> Result<Vec<Tokens>, ApiError> {
    let texts = match input {
        Input::Ids(ids) => return Ok(vec![Tokens::of_ids(ids)]),
        Input::IdLists(lists) => {
            within_limit(lists.len())?;
            return Ok(lists.into_iter().map(Tokens::of_ids).collect());
        }
        Input::Text(text) => vec![text],
        Input::Texts(texts) => texts,
    };
    within_limit(texts.len())?;
    let encoder = Arc::clone(&served.encoder);
    let reading = tokio::task::spawn_blocking(move || -> Result<Vec<Tokens>, EngineError> {
        texts.iter().map(|text| encoder.tokens_of(text)).collect()
    });
    let read = reading.await.map_err(|_| RunnerError::Lost)?;
    Ok(read.map_err(RunnerError::from)?)
}

fn within_limit(texts: usize) -> Result<(), ApiError> {
    if (1..=MAX_TEXTS).contains(&texts) {
        return Ok(());
    }
    let message = format!("there are {texts} texts, 1 to {MAX_TEXTS} are taken");
    Err(ApiError::invalid("input", message))
}

fn object(index: usize, row: &EmbeddingRow, encoding: Encoding) -> Value {
    let embedding = match encoding {
        Encoding::Float => row.iter().map(|value| f64::from(*value) / ONE).collect(),
        Encoding::Base64 => {
            let real = row.iter().map(|value| (f64::from(*value) / ONE) as f32);
            Value::from(
                BASE64_STANDARD.encode(real.flat_map(f32::to_le_bytes).collect::<Vec<u8>>()),
            )
        }
    };
    json!({"object": "embedding", "index": index, "embedding": embedding})
}

/// What a third party needs to compare: the model, and the hash of the integers.
fn extension(served: &ServedEncoder, rows: &[EmbeddingRow]) -> Value {
    let bytes: Vec<u8> = rows.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
    let mut extension = identity(served.model(), served.encoder.backend());
    if let Value::Object(fields) = &mut extension {
        fields.insert("unit".to_owned(), json!("2^-30"));
        fields.insert("integers_sha256".to_owned(), json!(ContentHash::sha256(&bytes).to_string()));
    }
    extension
}
