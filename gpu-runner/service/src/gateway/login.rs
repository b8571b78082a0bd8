//! `POST /v1/auth/challenge` and `POST /v1/auth/session`: log-in with a wallet.

use std::{sync::Arc, time::Instant};

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{Gateway, error::ApiError, fields::Fields};
use crate::access::{CHALLENGE_LIFETIME, SESSION_LIFETIME, Signed, Wallets};

/// A text to sign.
pub async fn challenge(State(gateway): State<Arc<Gateway>>, body: Bytes) -> Response {
    answered(&gateway, "auth.challenge", |wallets| {
        let mut fields = Fields::parse(&body)?;
        let address: String = fields.required("address")?;
        fields.end()?;
        let challenge = wallets.challenge(&address, Instant::now())?;
        Ok(json!({"challenge": challenge, "expires_in": CHALLENGE_LIFETIME.as_secs()}))
    })
}

/// A session for a signed text.
pub async fn session(State(gateway): State<Arc<Gateway>>, body: Bytes) -> Response {
    answered(&gateway, "auth.session", |wallets| {
        let mut fields = Fields::parse(&body)?;
        let signed = Signed {
            challenge: fields.required("challenge")?,
            address: fields.required("address")?,
            public_key: fields.required("public_key")?,
            signature: fields.required("signature")?,
        };
        fields.end()?;
        let token = wallets.session(&signed, Instant::now())?;
        let expires_in = SESSION_LIFETIME.as_secs();
        Ok(json!({"access_token": token, "token_type": "Bearer", "expires_in": expires_in}))
    })
}

fn answered(
    gateway: &Gateway,
    call: &'static str,
    answer: impl FnOnce(&Wallets) -> Result<Value, ApiError>,
) -> Response {
    let answered = match gateway.access.wallets() {
        Some(wallets) => answer(wallets).map(|body| Json(body).into_response()),
        None => Err(ApiError::no_route("log-in with a wallet (wallet_audience is not set)")),
    };
    let response = answered.unwrap_or_else(IntoResponse::into_response);
    gateway.metrics.called(call, response.status().as_u16());
    response
}
