//! The query log: the page that finds, counts and opens rows, what its islands ask for, and exports.

mod complete;
mod drawer;
mod export;
mod groups;
mod views;

use api::view::SavedView as StoredView;
use app::pages::logs::state::{Asked, LogState};
use app::pages::logs::{self as pages, Found, LogsView, SavedView};
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use model::filter::Filter;
use model::{Problem, Span};
use store::LogQuery;

use super::errors;
use crate::access::{Actor, Role};
use crate::http::problem::Failure;
use crate::http::rest::logs::parse_filter;
use crate::http::window::{Window, WindowQuery};
use crate::http::{page, see_other};
use crate::site::{Shared, Site};

pub use complete::complete;
pub use export::{export, progress};
pub use groups::csv as groups_csv;
pub use views::{change, delete, list, save, set_default};

/// Rows of a page.
const PAGE_ROWS: i64 = 100;
/// Bars of a histogram at most.
const MOST_BARS: i64 = 90;
/// What is not found by then is not waited for: the page says how far it came. Together a page takes no longer than
/// the longest, since all are asked at once.
const BUDGET: std::time::Duration = std::time::Duration::from_millis(250);

/// An address read, as far as it can be.
pub struct Read {
    state: LogState,
    window: Window,
    filter: Filter,
    problem: Option<String>,
}

impl Read {
    /// Reads the query of an address.
    pub fn of(query: &str, now: i64) -> Read {
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        let (state, wrong) = LogState::read(pairs.iter().map(|(key, value)| (key.as_ref(), value.as_ref())));
        let mut problem = wrong.map(|problem| problem.to_string());
        let default = Span::seconds(900);
        let asked = match state.asked.clone() {
            Asked::Since(since) => WindowQuery { since: Some(since), ..WindowQuery::default() },
            Asked::Between(from, to) => WindowQuery { since: None, from: Some(from), to: Some(to) },
        };
        let window = asked.window(default, now).unwrap_or_else(|wrong| {
            problem.get_or_insert(wrong.to_string());
            Window { from: now - default.as_millis() as i64 * 1000, to: now }
        });
        let filter = parse_filter(&state.filter).unwrap_or_else(|wrong| {
            let text = match wrong {
                Failure::BadRequest(Problem { message, .. }) => message,
                other => other.details().detail,
            };
            problem.get_or_insert(text);
            Filter::All
        });
        Read { state, window, filter, problem }
    }

    /// The same as a question to the log; its fault when it cannot be asked.
    fn query(&self) -> Result<LogQuery, Failure> {
        match &self.problem {
            Some(problem) => Err(Failure::BadRequest(Problem::new("", "", problem.clone()))),
            None => Ok(LogQuery { from: self.window.from, to: self.window.to, filter: self.filter.clone() }),
        }
    }

    /// What a page shows before anything was looked for.
    fn view(self, site: &Site) -> LogsView {
        let snapshot = site.snapshot();
        let logging = &snapshot.config.logging;
        let none = model::config::Throttle::default();
        LogsView {
            state: self.state,
            filter: self.filter,
            problem: self.problem,
            off: !site.keeps_rows,
            limited: logging.service_throttle != none || logging.site_throttle != none,
            full_until: logging.full_until.map(|until| until.0),
            from: self.window.from,
            to: self.window.to,
            found: None,
            opened: None,
            views: Vec::new(),
            shares: false,
        }
    }
}

/// `GET /logs`; without a query it begins with the reader's own view, if they have one.
pub async fn show(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    if query.is_empty()
        && let Ok(Some(view)) = site.store.default_view(&actor.name).await
    {
        return see_other(&format!("/logs?{view}"));
    }
    match gather(&site, &actor, &query).await {
        Ok(view) => {
            let status =
                if view.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            let now = site.now();
            page::show(&site, &actor, "/logs", status, "Logs", || pages::logs(&view, now))
        }
        Err(failure) => errors::of(&site, &actor, "/logs", failure),
    }
}

async fn gather(site: &Site, actor: &Actor, query: &str) -> Result<LogsView, Failure> {
    let read = Read::of(query, site.now());
    let log_query = read.query().ok();
    let mut view = read.view(site);
    view.shares = actor.role >= Role::Operator;
    let Some(log_query) = log_query else { return Ok(view) };
    site.pipeline.flush_now().await;
    let gathered = async {
        let found = found(site, &view, &log_query).await?;
        let opened = match view.state.row {
            Some((at, id)) => Some(drawer::open(site, at, id, view.state.around).await?),
            None => None,
        };
        Ok::<_, store::StoreError>((found, opened))
    };
    match gathered.await {
        Ok((found, opened)) => {
            view.found = Some(found);
            view.opened = opened;
            view.views = site.store.views(&actor.name).await?.into_iter().map(|v| shown(v, actor)).collect();
        }
        Err(error) if error.is_away() => {}
        // A regular expression PostgreSQL does not take is the typist's to mend, not a fault of ours.
        Err(error) if error.is_bad_pattern() => view.problem = Some(error.to_string()),
        Err(error) => return Err(error.into()),
    }
    Ok(view)
}

async fn found(site: &Site, view: &LogsView, query: &LogQuery) -> Result<Found, store::StoreError> {
    let (state, store) = (&view.state, &site.store);
    let window = Window { from: query.from, to: query.to };
    let top = async {
        match state.group {
            Some(by) => store.top(query, by, state.values as usize, BUDGET).await.map(Some),
            None => Ok(None),
        }
    };
    let (page, count, bars, totals, top) = tokio::try_join!(
        store.page(query, state.before, PAGE_ROWS, BUDGET),
        store.count_within(query, BUDGET),
        store.bars(query, state.by, window.step(MOST_BARS), BUDGET),
        store.totals(None, query.from, query.to),
        top,
    )?;
    let newer = match (state.before, page.rows.first()) {
        // One more than a page: where there is one, the page before begins below it.
        (Some(_), Some(first)) => {
            let newer = store.newer(query, (first.at, first.id), PAGE_ROWS + 1).await?.rows;
            match newer.len() as i64 {
                0 => None,
                n if n <= PAGE_ROWS => Some(None),
                _ => Some(newer.last().map(|row| (row.at, row.id))),
            }
        }
        (Some(_), None) => Some(None),
        (None, _) => None,
    };
    let markers = crate::backend::markers(site, None, query.from, query.to).await;
    Ok(Found { page, newer, count, bars, totals, markers, top })
}

/// A saved view as the page shows it to this reader.
fn shown(view: StoredView, actor: &Actor) -> SavedView {
    let mine = crate::http::rest::log_views::may_change(actor, &view);
    SavedView {
        id: view.id,
        name: view.name,
        owner: view.owner,
        shared: view.shared,
        default: view.default,
        query: view.query,
        mine,
    }
}

/// `GET /logs/rows`: the rows of one page alone, as a table, for a page that is there already. `came` rows were before.
pub async fn rows(State(site): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let came = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "came");
    let came = came.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let gathered = async {
        let read = Read::of(&query, site.now());
        let log_query = read.query()?;
        let mut view = read.view(&site);
        let page = site.store.page(&log_query, view.state.before, PAGE_ROWS, BUDGET).await?;
        view.found = Some(Found { page, ..Found::default() });
        Ok::<_, Failure>(view)
    };
    match gathered.await {
        Ok(view) => Html(app::fragment(|| pages::rows(&view, came))).into_response(),
        Err(failure) => failure.into_response(),
    }
}

/// `GET /logs/tail`: the page that follows.
pub async fn tail(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    RawQuery(query): RawQuery,
) -> Response {
    let read = Read::of(&query.unwrap_or_default(), site.now());
    let view = read.view(&site);
    let status = if view.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page::show(&site, &actor, "/logs/tail", status, "Follow", || pages::tail(&view))
}
