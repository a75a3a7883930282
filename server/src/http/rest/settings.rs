//! `settings/logging`: what the query log keeps.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use model::Problem;
use model::config::Logging;

use super::{WriteQuery, write};
use crate::access::Actor;
use crate::http::problem::Failure;
use crate::site::Shared;

/// `GET /settings/logging`
pub async fn get_logging(State(site): State<Shared>) -> Json<Logging> {
    Json(site.snapshot().config.logging.clone())
}

/// `PUT /settings/logging`
pub async fn put_logging(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<WriteQuery>,
    headers: HeaderMap,
    body: String,
) -> Result<Json<Logging>, Failure> {
    let logging: Logging = serde_json::from_str(&body)
        .map_err(|e| Failure::Invalid(Problem::new("logging", "", e.to_string()).into()))?;
    let wanted = logging.clone();
    write(&site, &actor, &headers, &query, move |config| {
        config.logging = wanted;
        Ok(())
    })
    .await?;
    Ok(Json(logging))
}
