//! For the operator's own network: metrics and health over plain HTTP.

use std::sync::Arc;

use axum::{
    Router,
    http::{StatusCode, header::CONTENT_TYPE},
    routing::get,
};

use crate::{
    gateway::{Gateway, ready},
    metrics::Metrics,
};

/// Format of the page, as Prometheus expects it.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `/metrics`, `/health/live` and `/health/ready`.
pub fn router(metrics: Arc<Metrics>, gateway: Arc<Gateway>) -> Router {
    let page = move || async move { ([(CONTENT_TYPE, OPEN_METRICS)], metrics.page()) };
    Router::new()
        .route("/metrics", get(page))
        .route("/health/live", get(|| async { StatusCode::OK }))
        .route("/health/ready", get(ready))
        .with_state(gateway)
}
