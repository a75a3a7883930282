//! Exports: asked for as jobs, followed, fetched and removed; those that answered a request stand beside them.

use api::export::ExportLine;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use model::Problem;
use serde::{Deserialize, Serialize};
use store::ExportFormat;

use crate::access::Actor;
use crate::exports::wish::ExportRequest;
use crate::exports::{direct, file, jobs, media_type};
use crate::http::problem::Failure;
use crate::site::{Shared, Site};

/// Which page of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// Number of the export before which the page begins.
    pub before: Option<i64>,
    /// Exports of a page.
    pub limit: Option<i64>,
}

/// A page of exports.
#[derive(Debug, Serialize, Deserialize)]
pub struct ExportPage {
    /// Newest first.
    pub exports: Vec<ExportLine>,
    /// What `before` of the next page is; none when this is the last.
    pub next: Option<i64>,
}

/// `GET /exports`
pub async fn list(
    State(site): State<Shared>,
    Query(query): Query<ListQuery>,
) -> Result<Json<ExportPage>, Failure> {
    Ok(Json(page(&site, query.before, query.limit.unwrap_or(100).clamp(1, 1000)).await?))
}

/// A page of the list.
pub async fn page(site: &Site, before: Option<i64>, limit: i64) -> Result<ExportPage, Failure> {
    let lines = site.store.exports(before, limit).await?;
    let next = lines.last().map(|line| line.id).filter(|_| lines.len() as i64 == limit);
    Ok(ExportPage { exports: lines.into_iter().map(|line| site.exports.with_progress(line)).collect(), next })
}

/// `POST /exports`
pub async fn ask(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Json(request): Json<ExportRequest>,
) -> Result<Response, Failure> {
    let line = jobs::ask(&site, &actor, &request).await?;
    let mut response = (StatusCode::ACCEPTED, Json(&line)).into_response();
    if let Ok(place) = HeaderValue::from_str(&format!("/api/v1/exports/{}", line.id)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// `GET /exports/{id}`
pub async fn read(State(site): State<Shared>, Path(id): Path<String>) -> Result<Json<ExportLine>, Failure> {
    Ok(Json(jobs::one(&site, number(&id)?).await?))
}

/// `DELETE /exports/{id}`
pub async fn remove(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    jobs::remove(&site, &actor, number(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /exports/{id}/file`
pub async fn fetch(
    State(site): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    send(&site, number(&id)?, &headers).await
}

/// The file of a job that is done.
pub async fn send(site: &Site, id: i64, headers: &HeaderMap) -> Result<Response, Failure> {
    let line = jobs::one(site, id).await?;
    if !jobs::has_file(&line) {
        let text =
            format!("export {id} has no file: it is {} and {}", line.kind.as_str(), line.state.as_str());
        return Err(Failure::NotFound(text));
    }
    let path = site.exports.path(id, &line.format);
    let tag = line.sha256.clone().unwrap_or_default();
    let sent = file::send(&path, &tag, headers).await;
    let mut response =
        sent.map_err(|error| Failure::NotFound(format!("the file of export {id} is not there: {error}")))?;
    let format = ExportFormat::parse(&line.format).map_err(|p| Failure::Internal(p.to_string()))?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(format)));
    headers.insert(header::CONTENT_DISPOSITION, direct::attachment(line.from, &line.format));
    headers.insert(direct::ROWS, HeaderValue::from(line.rows));
    if let Ok(sha256) = HeaderValue::from_str(&tag) {
        headers.insert(direct::SHA256, sha256);
    }
    Ok(response)
}

/// The number in a path.
pub fn number(text: &str) -> Result<i64, Failure> {
    let wrong = || {
        Failure::BadRequest(Problem::new(
            "id",
            text,
            "give the number of an export, as GET /exports lists them",
        ))
    };
    text.parse().map_err(|_| wrong())
}
