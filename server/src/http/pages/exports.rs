//! Exports of the query log: the list, a new job, and what may be done with those there are.

use app::pages::exports::{self, ExportsView};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use serde::Deserialize;

use super::errors;
use crate::access::{Actor, Role};
use crate::exports::jobs;
use crate::exports::wish::ExportRequest;
use crate::http::problem::Failure;
use crate::http::rest::exports::{number, page as page_of, send};
use crate::http::{page, see_other};
use crate::site::{Shared, Site};

const PATH: &str = "/logs/exports";
/// Exports of a page.
const PAGE: i64 = 50;

/// Which page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    before: Option<i64>,
}

/// `GET /logs/exports`
pub async fn show(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<ListQuery>,
) -> Response {
    let (lines, next) = match page_of(&site, query.before, PAGE).await {
        Ok(page) => (Some(page.exports), page.next),
        Err(Failure::Away(_)) => (None, None),
        Err(failure) => return errors::of(&site, &actor, PATH, failure),
    };
    let operator = actor.role >= Role::Operator;
    let view = ExportsView { lines, next, actor: actor.name.clone(), operator };
    let now = site.now();
    page::show(&site, &actor, PATH, StatusCode::OK, "Exports", || exports::list(&view, now).into_any())
}

/// The form of the export menu; what a download is followed under is of no use here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct JobForm {
    format: Option<String>,
    columns: Option<String>,
    filter: String,
    since: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

/// `POST /logs/exports`
pub async fn ask(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    axum::Form(form): axum::Form<JobForm>,
) -> Response {
    let JobForm { format, columns, filter, since, from, to } = form;
    let request = ExportRequest { format, columns, filter, since, from, to };
    done(&site, &actor, jobs::ask(&site, &actor, &request).await.map(drop))
}

/// `POST /logs/exports/{id}/end`: cancels or removes.
pub async fn end(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Response {
    let ended = async { jobs::remove(&site, &actor, number(&id)?).await };
    match ended.await {
        // Somebody else was faster: what was wanted is so.
        Err(Failure::NotFound(_)) => see_other(PATH),
        other => done(&site, &actor, other),
    }
}

fn done(site: &Site, actor: &Actor, result: Result<(), Failure>) -> Response {
    match result {
        Ok(()) => see_other(PATH),
        Err(failure) => errors::of(site, actor, PATH, failure),
    }
}

/// `GET /logs/exports/{id}/file`
pub async fn fetch(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let sent = async { send(&site, number(&id)?, &headers).await };
    sent.await.unwrap_or_else(|failure| errors::of(&site, &actor, PATH, failure))
}
