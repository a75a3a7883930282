//! Exports from the console.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::StatusCode;
use serde::Deserialize;

use crate::access::Actor;
use crate::http::pages::errors;
use crate::http::rest::logs::{RowsQuery, stream_rows};
use crate::site::Shared;

/// `GET /logs/export.csv`
pub async fn export(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<RowsQuery>,
) -> Response {
    match stream_rows(&site, &actor, &query).await {
        Ok(response) => response,
        Err(failure) => errors::of(&site, &actor, "/logs", failure),
    }
}

/// Which export.
#[derive(Debug, Deserialize)]
pub struct ProgressQuery {
    key: String,
}

/// `GET /logs/export/progress`: how far an export of one's own has come; nothing while it has not begun.
pub async fn progress(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<ProgressQuery>,
) -> Response {
    match site.exports.progress(&actor.name, &query.key) {
        Some(state) => Json(state).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}
