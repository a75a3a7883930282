//! What orchestrators and Prometheus ask: alive, ready, version, metrics.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::metrics;
use crate::site::Shared;

/// The routes; they need no sign-in and say nothing of the configuration's content but names of objects.
pub fn router() -> Router<Shared> {
    Router::new()
        .route("/healthz/live", get(|| async { "live\n" }))
        .route("/healthz/ready", get(ready))
        .route("/metrics", get(prometheus))
        .route("/version", get(version))
}

/// Ready means: DNS is answered from a configuration. Storage may be away.
async fn ready(State(site): State<Shared>) -> Response {
    let storage = if site.storage().away_since.is_some() { "away" } else { "there" };
    let snapshot = site.snapshot();
    let answers = snapshot.generation > 0 || storage == "there";
    let status = if answers { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({"ready": answers, "storage": storage, "generation": snapshot.generation});
    (status, Json(body)).into_response()
}

async fn version() -> Response {
    Json(json!({"name": "steelyard", "version": env!("CARGO_PKG_VERSION")})).into_response()
}

async fn prometheus(State(site): State<Shared>) -> Response {
    match metrics::render(&site) {
        Ok(text) => ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
