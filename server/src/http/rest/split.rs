//! The split of a service, observed against configured.

use axum::Json;
use axum::extract::{Path, Query, State};
use model::Span;
use model::split::SplitReport;

use super::name_in_path;
use crate::http::problem::Failure;
use crate::http::window::WindowQuery;
use crate::site::Shared;

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
