//! The split of a service, observed against configured.

use axum::Json;
use axum::extract::{Path, Query, State};
use model::split::{SplitClients, SplitReport};
use model::{Problem, Span};

use super::name_in_path;
use crate::http::problem::Failure;
use crate::http::window::WindowQuery;
use crate::site::Shared;

const TOO_MANY: &str = "the rows of this window could not be read within 5 s: ask for a shorter one";

/// `GET /split/{service}`
pub async fn split(
    State(site): State<Shared>,
    Path(service): Path<String>,
    Query(query): Query<WindowQuery>,
) -> Result<Json<SplitReport>, Failure> {
    let service = name_in_path(&service)?;
    let window = query.window(Span::seconds(900), site.now()).map_err(Failure::BadRequest)?;
    let report = site.split(&service.to_string(), window.from, window.to).await?;
    if report.segments.is_empty() && site.snapshot().config.service(&service).is_none() {
        return Err(Failure::NotFound(format!(
            "there is no service {service}, and none answered in this window"
        )));
    }
    Ok(Json(report))
}

/// `GET /split/{service}/clients`
pub async fn clients(
    State(site): State<Shared>,
    Path(service): Path<String>,
    Query(query): Query<WindowQuery>,
) -> Result<Json<SplitClients>, Failure> {
    let service = name_in_path(&service)?;
    let window = query.window(Span::seconds(900), site.now()).map_err(Failure::BadRequest)?;
    let clients = site.split_clients(&service.to_string(), window.from, window.to).await;
    let clients = clients.map_err(|error| match error.is_timeout() {
        true => Failure::BadRequest(Problem::new("since", "", TOO_MANY)),
        false => error.into(),
    })?;
    if clients.rows == 0 && site.snapshot().config.service(&service).is_none() {
        return Err(Failure::NotFound(format!(
            "there is no service {service}, and no row of it in this window"
        )));
    }
    Ok(Json(clients))
}
