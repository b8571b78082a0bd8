//! `GET /v1/models`, and one model of it.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use stoa_engine::{BackendKind, ModelInfo, ModelKind};

use super::{Gateway, Peer, error::ApiError, request::identity};
use crate::{encoders::ServedEncoder, models::Served};

/// Every model that answers.
pub async fn list(State(gateway): State<Arc<Gateway>>, peer: Peer, headers: HeaderMap) -> Response {
    let listed = known(&gateway, &peer, &headers).map(|()| {
        let mut models: Vec<Value> =
            gateway.models.all().iter().map(|served| entry(served)).collect();
        models.extend(gateway.encoders.all().map(encoder_entry));
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
    let found = known(&gateway, &peer, &headers).and_then(|()| match gateway.encoders.get(&name) {
        Some(encoder) => Ok(encoder_entry(encoder)),
        None => {
            let served = gateway.models.get(&name, "")?;
            Ok(entry(&served))
        }
    });
    found.map(|entry| Json(entry).into_response()).unwrap_or_else(IntoResponse::into_response)
}

fn known(gateway: &Gateway, peer: &Peer, headers: &HeaderMap) -> Result<(), ApiError> {
    gateway.access.admit(super::authorization(headers), peer.address)?;
    Ok(())
}

fn entry(served: &Served) -> Value {
    let model = served.port.model();
    let extension = json!({
        "kind": ModelKind::Generation.to_string(),
        "has_chat_template": served.template.is_some(),
    });
    object(model, served.port.backend(), served.loaded_seconds, extension)
}

fn encoder_entry(served: &ServedEncoder) -> Value {
    let extension = json!({
        "kind": served.encoder.kind().to_string(),
        "dimensions": served.encoder.dimensions(),
    });
    object(served.model(), served.encoder.backend(), served.loaded_seconds, extension)
}

fn object(model: &ModelInfo, backend: BackendKind, created: u64, more: Value) -> Value {
    let mut extension = identity(model, backend);
    if let (Value::Object(fields), Value::Object(more)) = (&mut extension, more) {
        fields.insert("context_tokens".to_owned(), json!(model.context_tokens));
        fields.extend(more);
    }
    json!({
        "id": model.name,
        "object": "model",
        "created": created,
        "owned_by": "stoa",
        "stoa": extension,
    })
}
