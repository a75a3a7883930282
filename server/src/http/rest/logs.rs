//! The query log: rows, what they add up to, an export that streams, a tail that follows.

pub mod reads;

use std::convert::Infallible;
use std::time::Duration;

use api::export::ExportKind;
use api::view::LogLine;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::{Extension, Json};
use futures::{Stream, StreamExt};
use model::filter::{self, Filter};
use model::row::LogRow;
use model::{Problem, Span};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{LogQuery, StoreError};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;

use crate::access::Actor;
use crate::clock;
use crate::exports::direct;
use crate::exports::wish::ExportRequest;
use crate::http::problem::Failure;
use crate::http::window::WindowQuery;
use crate::site::{Shared, Site};

/// Which rows.
#[derive(Debug, Default, Deserialize)]
pub struct RowsQuery {
    /// The window.
    #[serde(flatten)]
    pub window: WindowQuery,
    /// Filter expression.
    #[serde(default)]
    pub filter: String,
    /// `at,id` of the row before which the page begins.
    pub before: Option<String>,
    /// Rows of a page.
    pub limit: Option<i64>,
    /// Under which the browser asks how far its export has come.
    pub progress: Option<String>,
    /// Of an export: `csv`, `ndjson` or `parquet`; CSV when absent.
    pub format: Option<String>,
    /// Of an export: `compact`, `avi` or names; compact when absent.
    pub columns: Option<String>,
}

/// Reads a filter; what is wrong is said with its place.
pub fn parse_filter(text: &str) -> Result<Filter, Failure> {
    filter::parse(text).map_err(|e| {
        Failure::BadRequest(Problem::new("filter", text, format!("at character {}: {}", e.at + 1, e.message)))
    })
}

/// Reads `at,id`.
pub fn parse_before(text: Option<&str>) -> Result<Option<(i64, i64)>, Failure> {
    let Some(text) = text.filter(|t| !t.is_empty()) else { return Ok(None) };
    let parsed = text.split_once(',').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    parsed.map(Some).ok_or_else(|| {
        Failure::BadRequest(Problem::new("before", text, "follow the link of the page before"))
    })
}

/// A page of rows.
#[derive(Debug, Serialize)]
pub struct RowsPage {
    /// Newest first.
    pub rows: Vec<LogLine>,
    /// What `before` of the next page is; none when this is the last.
    pub next: Option<String>,
    /// How far back was searched when time was up before the page was full, microseconds since 1970 UTC.
    pub searched_to: Option<i64>,
}

/// How long an answer may take to be found; what is found until then is given.
pub const BUDGET: Duration = Duration::from_millis(400);

/// A regular expression that PostgreSQL does not take is the asker's to mend.
pub fn search_failure(error: StoreError, filter: &str) -> Failure {
    if error.is_bad_pattern() {
        return Failure::BadRequest(Problem::new("filter", filter, error.to_string()));
    }
    error.into()
}

/// `GET /logs`: newest first.
pub async fn list(
    State(site): State<Shared>,
    Query(query): Query<RowsQuery>,
) -> Result<Json<RowsPage>, Failure> {
    let window = query.window.window(Span::seconds(3600), site.now()).map_err(Failure::BadRequest)?;
    let filter = parse_filter(&query.filter)?;
    let before = parse_before(query.before.as_deref())?;
    let limit = query.limit.unwrap_or(100).clamp(1, 1000);
    let log_query = LogQuery { from: window.from, to: window.to, filter };
    let page = site.store.page(&log_query, before, limit, BUDGET).await;
    let page = page.map_err(|error| search_failure(error, &query.filter))?;
    let next = page.next.map(|(at, id)| format!("{at},{id}"));
    Ok(Json(RowsPage { rows: page.rows, next, searched_to: page.searched_to }))
}

/// `GET /logs/export.csv`: all rows of the window, oldest first, as a stream. `X-Steelyard-Rows` says how many there
/// are, and once more behind the end how many there were, beside the SHA-256 of the body.
pub async fn export(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<RowsQuery>,
) -> Result<Response, Failure> {
    stream_rows(&site, &actor, &query).await
}

/// The same for the console.
pub async fn stream_rows(site: &Site, actor: &Actor, query: &RowsQuery) -> Result<Response, Failure> {
    let request = ExportRequest {
        format: query.format.clone(),
        columns: query.columns.clone(),
        filter: query.filter.clone(),
        since: query.window.since.clone(),
        from: query.window.from.clone(),
        to: query.window.to.clone(),
    };
    let wish = request.read(ExportKind::Direct, actor, site.now())?;
    direct::begin(site, actor, wish, query.progress.as_deref().unwrap_or_default()).await
}

/// `GET /logs/tail`: server-sent events, one row each; `missed` when rows came faster than they could be sent.
pub async fn tail(
    State(site): State<Shared>,
    Query(query): Query<RowsQuery>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    let filter = parse_filter(&query.filter)?;
    let matcher = querylog::Matcher::new(&filter)
        .map_err(|e| Failure::BadRequest(Problem::new("filter", query.filter.clone(), e.message)))?;
    let name = site.name.to_string();
    let rows = BroadcastStream::new(site.pipeline.tail()).filter_map(move |row| {
        let event = match row {
            Ok(row) => matcher.matches(&row, &name).then(|| row_json(&row, &name)),
            Err(BroadcastStreamRecvError::Lagged(missed)) => Some(json!({"missed": missed})),
        };
        let event = event.and_then(|value| Event::default().json_data(value).ok());
        futures::future::ready(event.map(Ok))
    });
    Ok(Sse::new(rows).keep_alive(KeepAlive::default()))
}

/// A row under the names of the compact columns.
pub fn row_json(row: &LogRow, site: &str) -> Value {
    json!({
        "ts": clock::rfc3339(row.at), "site": site, "client_ip": row.client, "client_port": row.port,
        "transport": row.transport.as_str(), "fqdn": row.fqdn, "qtype": row.qtype, "rcode": row.rcode.to_string(),
        "significant": !row.significance.is_empty(), "significance": row.significance,
        "service": row.service, "pool": row.pool, "member": row.member, "answers": row.answers, "ttl": row.ttl,
        "ecs": row.ecs, "generation": row.generation, "latency_us": row.latency_us,
    })
}
