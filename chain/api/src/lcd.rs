//! LCD REST.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::Value;
use tower_http::cors::{Any, CorsLayer};

use crate::{
    answer::Sources,
    grpc::{HEIGHT, parse_height},
    json,
    limits::{MAX_REQUEST_BYTES, MAX_URI_BYTES},
    request::{self, REPEATED, Values, percent_decode},
    routes::{self, Method},
    status::Status,
};

pub(crate) fn router(sources: Sources) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(Any)
        .allow_headers(Any)
        .expose_headers([HeaderName::from_static(HEIGHT)]);
    Router::new().fallback(handle).with_state(sources).layer(cors)
}

async fn handle(State(sources): State<Sources>, request: Request) -> Response {
    match answer(&sources, request).await {
        Ok((json, height)) => respond(StatusCode::OK, &json, height),
        Err(status) => respond(status.http(), &status.to_json(), 0),
    }
}

async fn answer(sources: &Sources, request: Request) -> Result<(Value, u64), Status> {
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
    let mut values = query_values(parts.uri.query().unwrap_or_default())?;
    if method == Method::Post {
        values.extend(body_values(body).await?);
    }
    for (name, text) in captured {
        values.insert(name.to_owned(), percent_decode(text, false)?);
    }
    let data = request::encode(route.params, &values)?;
    let height = parse_height(parts.headers.get(HEIGHT).map(HeaderValue::as_bytes))?;
    let answer = sources.ask(route.grpc, data, height).await?;
    let json = json::render(&answer.bytes, route.response)
        .map_err(|error| Status::internal(&error.to_string()))?;
    Ok((json, answer.height))
}

fn query_values(query: &str) -> Result<Values, Status> {
    let mut values = Values::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, text) = (percent_decode(name, true)?, percent_decode(text, true)?);
        // Several conditions on events mean all of them, and denominations are a list; others occur once.
        match values.get_mut(&name) {
            Some(earlier) if name == "events" => {
                earlier.push_str(" AND ");
                earlier.push_str(&text);
            }
            Some(earlier) if name == "denoms" => {
                earlier.push(REPEATED);
                earlier.push_str(&text);
            }
            _ => {
                values.insert(name, text);
            }
        }
    }
    Ok(values)
}

async fn body_values(body: Body) -> Result<Values, Status> {
    let bytes = to_bytes(body, MAX_REQUEST_BYTES).await.map_err(|_| {
        Status::invalid(format!("the body is unreadable or longer than {MAX_REQUEST_BYTES} bytes"))
    })?;
    let json: Value = serde_json::from_slice(&bytes).map_err(Status::invalid)?;
    let Value::Object(object) = json else {
        return Err(Status::invalid("the body is no JSON object"));
    };
    let text = |(name, value)| match value {
        Value::String(text) => Some((name, text)),
        Value::Number(number) => Some((name, number.to_string())),
        _ => None,
    };
    Ok(object.into_iter().filter_map(text).collect())
}

fn respond(status: StatusCode, json: &Value, height: u64) -> Response {
    let mut response = Response::new(Body::from(json.to_string()));
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
