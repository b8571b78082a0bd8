//! `GET /v1/models`, one model of it, and `POST /v1/embeddings`.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{Gateway, Peer, error::ApiError, fields::Fields, request::identity};
use crate::models::Served;

/// Every model that answers.
pub async fn list(State(gateway): State<Arc<Gateway>>, peer: Peer, headers: HeaderMap) -> Response {
    let listed = known(&gateway, &peer, &headers).map(|()| {
        let models: Vec<Value> = gateway.models.all().iter().map(|served| entry(served)).collect();
        Json(json!({"object": "list", "data": models})).into_response()
    });
    listed.unwrap_or_else(IntoResponse::into_response)
}

/// One model.
pub async fn retrieve(
    State(gateway): State<Arc<Gateway>>,
    Path(name): Path<String>,
    peer: Peer,
    headers: HeaderMap,
) -> Response {
    let found =
        known(&gateway, &peer, &headers).and_then(|()| Ok(gateway.models.get(&name, "")?));
    found
        .map(|served| Json(entry(&served)).into_response())
        .unwrap_or_else(IntoResponse::into_response)
}

/// Embeddings need a model made for them; a language model says that it is none.
pub async fn embed(
    State(gateway): State<Arc<Gateway>>,
    peer: Peer,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let refused = known(&gateway, &peer, &headers).and_then(|()| refuse_embedding(&gateway, &body));
    let error = refused.err().unwrap_or_else(|| ApiError::no_route("/v1/embeddings"));
    gateway.metrics.called("embeddings", error.status().as_u16());
    error.into_response()
}

fn refuse_embedding(gateway: &Gateway, body: &[u8]) -> Result<(), ApiError> {
    let mut fields = Fields::parse(body)?;
    let name: String = fields.required("model")?;
    fields.required::<Value>("input")?;
    let served = gateway.models.get(&name, "")?;
    let architecture = &served.port.model().architecture;
    Err(ApiError::not_by_this_model(format!(
        "the model {name:?} ({architecture}) continues text and gives no embeddings"
    )))
}

fn known(gateway: &Gateway, peer: &Peer, headers: &HeaderMap) -> Result<(), ApiError> {
    gateway.access.admit(super::authorization(headers), peer.address)?;
    Ok(())
}

fn entry(served: &Served) -> Value {
    let model = served.port.model();
    let mut extension = identity(served);
    if let Value::Object(fields) = &mut extension {
        fields.insert("context_tokens".to_owned(), json!(model.context_tokens));
        fields.insert("has_chat_template".to_owned(), json!(served.template.is_some()));
    }
    json!({
        "id": model.name,
        "object": "model",
        "created": served.loaded_seconds,
        "owned_by": "stoa",
        "stoa": extension,
    })
}
