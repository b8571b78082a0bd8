//! The OpenAPI document of the REST interface, made of the table of routes, and a page to read it with.

mod document;

use std::sync::OnceLock;

use axum::{
    Router,
    http::header,
    response::{Html, IntoResponse, Response},
    routing::get,
};

/// The page: shows the document and sends requests. It needs nothing from elsewhere.
const PAGE: &str = include_str!("openapi/page.html");

/// Routes of the document and of the page.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let page = || async { Html(PAGE) };
    Router::new()
        .route("/openapi.json", get(serve))
        .route("/swagger", get(page))
        .route("/swagger/", get(page))
}

async fn serve() -> Response {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    let document = DOCUMENT.get_or_init(|| document::make().to_string());
    ([(header::CONTENT_TYPE, "application/json")], document.as_str()).into_response()
}
