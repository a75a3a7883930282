//! The query log: rows with a histogram, and their export.

use std::time::Duration;

use api::view::LogView;
use app::pages::logs as pages;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::StatusCode;
use leptos::prelude::*;
use model::Span;
use model::config::Throttle;
use serde::Deserialize;
use store::LogQuery;

use super::errors;
use crate::access::Actor;
use crate::http::page;
use crate::http::problem::Failure;
use crate::http::rest::logs::{RowsQuery, parse_before, parse_filter, stream_rows};
use crate::site::{Shared, Site};

/// Rows of a page.
const PAGE_ROWS: i64 = 200;
/// How long they are searched for.
const BUDGET: Duration = Duration::from_secs(1);

/// `GET /logs`
pub async fn show(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<RowsQuery>,
) -> Response {
    match gather(&site, &query).await {
        Ok(view) => {
            let status =
                if view.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            let now = site.now();
            page::show(&site, &actor, "/logs", status, "Logs", || pages::logs(&view, now).into_any())
        }
        Err(failure) => errors::of(&site, &actor, "/logs", failure),
    }
}

async fn gather(site: &Site, query: &RowsQuery) -> Result<LogView, Failure> {
    let default = Span::seconds(900);
    let now = site.now();
    let (window, problem) = match query.window.window(default, now) {
        Ok(window) => (window, None),
        Err(problem) => {
            let fallback = Default::default();
            let whole: &crate::http::window::WindowQuery = &fallback;
            (whole.window(default, now).map_err(Failure::BadRequest)?, Some(problem.to_string()))
        }
    };
    let step = window.step(90);
    let snapshot = site.snapshot();
    let logging = &snapshot.config.logging;
    let none = Throttle::default();
    let mut view = LogView {
        filter: query.filter.clone(),
        off: !site.keeps_rows,
        limited: logging.service_throttle != none || logging.site_throttle != none,
        full_until: logging.full_until.map(|until| until.0),
        since: query.window.span(default).unwrap_or(default).to_string(),
        from: window.from,
        to: window.to,
        step,
        problem,
        ..LogView::default()
    };
    let filter = match parse_filter(&query.filter) {
        Ok(filter) => filter,
        Err(Failure::BadRequest(problem)) => {
            view.problem = Some(problem.message);
            return Ok(view);
        }
        Err(other) => return Err(other),
    };
    let before = parse_before(query.before.as_deref())?;
    site.pipeline.flush_now().await;
    let log_query = LogQuery { from: window.from, to: window.to, filter };
    let gathered = async {
        let page = site.store.page(&log_query, before, PAGE_ROWS, BUDGET).await?;
        let count = site.store.count(&log_query).await?;
        let histogram = site.store.histogram(&log_query, step).await?;
        let totals = site.store.totals(None, window.from, window.to).await?;
        Ok::<_, store::StoreError>((page, count, histogram, totals))
    };
    match gathered.await {
        Ok((page, count, histogram, totals)) => {
            view.next = page.next;
            view.rows = page.rows;
            view.markers = crate::backend::markers(site, None, window.from, window.to).await;
            view.count = Some(count);
            view.histogram = histogram;
            view.totals = totals;
        }
        Err(error) if error.is_away() => {}
        // A regular expression PostgreSQL does not take is the typist's to mend, not a fault of ours.
        Err(error) if error.is_bad_pattern() => view.problem = Some(error.to_string()),
        Err(error) => return Err(error.into()),
    }
    Ok(view)
}

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
