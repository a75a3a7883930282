//! `settings/logging`: what the query log keeps.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use model::config::Logging;

use super::{WriteQuery, write};
use crate::access::Actor;
use crate::declarative;
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
    let remedy = "send the object as GET shows it";
    let logging: Logging =
        declarative::read_json(&body, remedy).map_err(|problem| Failure::Invalid(problem.into()))?;
    let wanted = logging.clone();
    write(&site, &actor, &headers, &query, move |config| {
        config.logging = wanted;
        Ok(())
    })
    .await?;
    Ok(Json(logging))
}
