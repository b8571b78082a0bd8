//! LCD REST.

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use serde::Serialize;
use tower_http::cors::{Any, CorsLayer};

use crate::{
    answer::Sources,
    grpc::{HEIGHT, parse_height},
    json,
    limits::{MAX_REQUEST_BYTES, MAX_URI_BYTES},
    openapi,
    request::{self, Mismatch, Values, percent_decode},
    routes::{self, Method},
    status::Status,
};

pub(crate) fn router(sources: Sources) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(Any)
        .allow_headers(Any)
        .expose_headers([HeaderName::from_static(HEIGHT)]);
    openapi::routes().fallback(handle).with_state(sources).layer(cors)
}

async fn handle(State(sources): State<Sources>, request: Request) -> Response {
    match answer(&sources, request).await {
        Ok((json, height)) => respond(StatusCode::OK, &json, height),
        Err(status) => respond(status.http(), &status.to_json(), 0),
    }
}

async fn answer(sources: &Sources, request: Request) -> Result<(json::Shown, u64), Status> {
    let (parts, body) = request.into_parts();
    let method = match parts.method.as_str() {
        "GET" | "HEAD" => Method::Get,
        "POST" => Method::Post,
        _ => return Err(Status::not_implemented()),
    };
    let uri_bytes = parts.uri.path().len() + parts.uri.query().map_or(0, str::len);
    if uri_bytes > MAX_URI_BYTES {
        return Err(Status::invalid(format!("the URI is longer than {MAX_URI_BYTES} bytes")));
    }
    let (route, captured) =
        routes::find(method, parts.uri.path()).ok_or_else(Status::not_implemented)?;
    let data = match method {
        // A body is the whole request.
        Method::Post => request::parse(&read_body(body).await?, route.request)?,
        Method::Get => {
            let mut values = Values::new();
            for (name, text) in &captured {
                values.push(((*name).to_owned(), percent_decode(text, false)?));
            }
            values.extend(query_values(parts.uri.query().unwrap_or_default())?);
            let is_in_path =
                |wrong: &Mismatch| captured.iter().any(|(name, _)| *name == wrong.name);
            request::encode(route.request, &values)
                .map_err(|wrong| wrong.status(is_in_path(&wrong)))?
        }
    };
    let height = parse_height(parts.headers.get(HEIGHT).map(HeaderValue::as_bytes))?;
    let answer = sources.ask(route.grpc, data, height).await?;
    let json = json::render(&answer.bytes, route.response).map_err(Status::internal)?;
    Ok((json, answer.height))
}

fn query_values(query: &str) -> Result<Values, Status> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((percent_decode(name, true)?, percent_decode(text, true)?))
    });
    pairs.collect()
}

async fn read_body(body: Body) -> Result<Bytes, Status> {
    to_bytes(body, MAX_REQUEST_BYTES).await.map_err(|_| {
        Status::invalid(format!("the body is unreadable or longer than {MAX_REQUEST_BYTES} bytes"))
    })
}

fn respond(status: StatusCode, json: &impl Serialize, height: u64) -> Response {
    // Texts, numbers and lists of them always have a JSON.
    let mut response = Response::new(Body::from(serde_json::to_vec(json).unwrap_or_default()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if height > 0 {
        headers.insert(HEIGHT, HeaderValue::from(height));
    }
    response
}

#[cfg(test)]
mod tests;
