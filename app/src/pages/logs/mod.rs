//! The query log: what was asked and answered, found, counted and looked at.

mod bars;
mod drawer;
mod empty;
mod groups;
mod known;
mod numbers;
mod query;
pub mod state;
mod table;
mod tail;
mod value;
mod view;
pub mod views;

use leptos::prelude::*;

use crate::components::{Notice, NoticeKind, PageHead};
use crate::islands::{AutoRefresh, Brush, ExportButton, LogRows};
use crate::pages::full_log::full_log;
use state::{Asked, LogState};

pub use table::cell;
pub use tail::{quoted, tail};
pub use view::{Found, LogsView, Opened, SavedView, Why};

/// The page.
pub fn logs(view: &LogsView, now: i64) -> AnyView {
    let state = &view.state;
    let export = format!("/logs/export.csv?{}", exported(state));
    // What lies between two moments of the past does not change.
    let live = matches!(state.asked, Asked::Since(_)) && state.before.is_none();
    let follow = format!("/logs/tail?{}", state.with(|s| (s.before, s.row) = (None, None)).query());
    let content = content(view, now);
    let menu = views::menu(&view.views, state, view.shares);
    let drawer = view.opened.as_ref().map(|opened| drawer::drawer(view, opened));
    let bar = query::query_bar(view, "/logs");
    let open = view.opened.is_some();
    view! {
        <PageHead title="Logs" lede="Every query that was answered">
            {live.then(|| view! { <AutoRefresh seconds=5/> })}
            <a class="button" href=follow>"Follow"</a>
            <a class="button" href="/logs/policy">"What is kept"</a>
            {menu}
            <ExportButton href=export/>
        </PageHead>
        <div class="explorer" class:open=open>
            {drawer}
            <div class="explorer-main">
                {bar}
                {content}
            </div>
        </div>
        <Brush/>
        <LogRows/>
    }
    .into_any()
}

/// What an export is made of: the window and the filter.
fn exported(state: &LogState) -> String {
    let state = LogState { asked: state.asked.clone(), filter: state.filter.clone(), ..LogState::default() };
    state.query()
}

fn content(view: &LogsView, now: i64) -> AnyView {
    let full = full_log(view.limited, view.full_until, now);
    let Some(found) = &view.found else {
        let away = view.problem.is_none().then(
            || view! { <Notice kind=NoticeKind::Warn>"Rows are read from storage, which is away."</Notice> },
        );
        return view! { <div data-live="logs">{full}{away}</div> }.into_any();
    };
    let state = &view.state;
    let nothing = found.count.rows == 0 && found.page.rows.is_empty() && found.page.next.is_none();
    let chart = (!nothing || !found.bars.suppressed.is_empty()).then(|| bars::card(view, found, now));
    let times = chart.is_none().then(|| query::times(view, now));
    let rows = if nothing { empty::empty(view, found) } else { table::table(view, found) };
    let groups = state.group.zip(found.top.as_ref()).map(|(by, top)| groups::card(view, by, top));
    let tools = (!nothing).then(|| {
        view! { <div class="log-tools">{groups::choice(state)}{table::column_choice(state, "/logs")}</div> }
    });
    view! {
        <div data-live="logs">{full}{numbers::identity(&found.totals)}{chart}{times}</div>
        {tools}
        <div data-live="groups">{groups}</div>
        <div data-live="rows">{rows}</div>
    }
    .into_any()
}

/// Rows for a page that is there already, of which `before` came.
pub fn rows(view: &LogsView, before: u64) -> AnyView {
    let found = view.found.clone().unwrap_or_default();
    let body = table::body(view, &found, before);
    view! { <table>{body}</table> }.into_any()
}
