//! The table of rows: the page it begins with, and the rows that are loaded as one scrolls.

use api::view::LogLine;
use leptos::prelude::*;

use super::query::carried;
use super::state::{COLUMNS, LogState, USUAL_COLUMNS};
use super::value;
use super::view::{Found, LogsView};
use crate::format;

/// What spreadsheets could take for a formula has an apostrophe before it in a cell; here it is only in the way.
const FORMULA: [char; 6] = ['\t', '\r', '+', '-', '=', '@'];

/// What fits beside the time without scrolling sideways on a wide screen, in the units of [`width`].
const FITTING: u32 = 128;

/// The least width of a column in half rem, as the style sheet has it.
fn width(column: &str) -> u32 {
    match column {
        "fqdn" | "service" => 28,
        "answers" => 20,
        "ecs" => 19,
        "client_ip" | "pool" | "member" | "class" | "significance" => 17,
        "client_port" | "transport" => 8,
        "qtype" | "ttl" | "latency_us" => 9,
        _ => 13,
    }
}

/// Whether the columns in force need to scroll sideways.
pub fn is_wide(state: &LogState) -> bool {
    state.columns.iter().map(|column| width(column)).sum::<u32>() > FITTING
}

/// A cell's text by its column, as it was logged.
pub fn cell(line: &LogLine, column: &str) -> String {
    let text =
        line.cells.iter().find(|(name, _)| name == column).map(|(_, text)| text.as_str()).unwrap_or_default();
    match text.strip_prefix('\'') {
        Some(bare) if bare.starts_with(FORMULA) => bare.to_owned(),
        _ => text.to_owned(),
    }
}

/// The table with its foot.
pub fn table(view: &LogsView, found: &Found) -> AnyView {
    let state = &view.state;
    let heads = columns(state).map(|(name, word)| {
        let class = format!("h-{name}{}", if is_number(name) { " num" } else { "" });
        view! { <th scope="col" class=class>{word}</th> }
    });
    // A fixed layout takes widths from here, so that rows that come later change none.
    let widths = columns(state).map(|(name, _)| view! { <col class=format!("w-{name}")/> });
    let whole =
        found.count.basis == api::view::Basis::Exact || found.count.basis == api::view::Basis::Counted;
    let count =
        if whole && state.before.is_none() { (found.count.rows + 1).to_string() } else { "-1".to_owned() };
    let wide = is_wide(state);
    view! {
        <div class="scroll" class:wide=wide tabindex="0" role="region" aria-label="Rows of the query log">
            <table class="lines log" aria-rowcount=count data-rows=rows_path(state)>
                <colgroup><col class="w-ts"/>{widths.collect_view()}</colgroup>
                <thead><tr aria-rowindex="1"><th scope="col">"Time (UTC)"</th>{heads.collect_view()}</tr></thead>
                {body(view, found, 0)}
            </table>
        </div>
        {foot(view, found)}
    }
    .into_any()
}

/// Some rows, of which `before` came already; what is needed to go on stands on their element.
pub fn body(view: &LogsView, found: &Found, before: u64) -> AnyView {
    let next = found.page.next.map(|(at, id)| format!("{at},{id}"));
    let searched = found.page.searched_to.filter(|_| next.is_some()).map(format::date_time);
    // A page that begins before this begins with the first of these.
    let first = found.page.rows.first().map(|line| format!("{},{}", line.at, line.id.saturating_add(1)));
    let rows = found.page.rows.iter().enumerate().map(|(i, line)| row(view, line, before + i as u64));
    view! { <tbody data-first=first data-next=next data-searched=searched data-before=before.to_string()>{rows.collect_view()}</tbody> }.into_any()
}

fn row(view: &LogsView, line: &LogLine, index: u64) -> AnyView {
    let state = &view.state;
    let key = Some((line.at, line.id));
    let open = state.with(|state| state.row = key).href();
    let cells = columns(state).map(|(name, _)| {
        let text = cell(line, name);
        let links = value::of_column(state, &view.filter, name, &text);
        let class = format!("c-{name}{}", if is_number(name) { " num" } else { "" });
        view! { <td class=class>{value::in_table(&text, links)}</td> }
    });
    let significant = cell(line, "significant") == "true";
    view! {
        <tr class:significant=significant class:opened=key == state.row aria-rowindex=(index + 2).to_string()>
            <td class="c-ts"><a class="open" href=format!("{open}#row") title=format!("{} UTC: open this row", format::date_time(line.at))>
                <time datetime=format::rfc3339(line.at)>{format::clock_micros(line.at)}</time></a></td>
            {cells.collect_view()}
        </tr>
    }
    .into_any()
}

fn foot(view: &LogsView, found: &Found) -> AnyView {
    let state = &view.state;
    let shown = found.page.rows.len() as u64;
    let searched = found.page.searched_to.filter(|_| found.page.next.is_some());
    let label = match searched {
        Some(to) => {
            format!("{}; searched back to {} UTC", format::count(shown, "row", "rows"), format::date_time(to))
        }
        None => format!("{} shown, newest first", format::count(shown, "row", "rows")),
    };
    let at = |key: Option<(i64, i64)>| state.with(|state| state.before = key).href();
    let older = found.page.next.map(|key| {
        let word = if searched.is_some() { "Continue the search" } else { "Older rows" };
        view! { <a class="button" rel="next" href=at(Some(key))>{word}</a> }
    });
    let newer = found.newer.map(|key| view! { <a class="button" rel="prev" href=at(key)>"Newer rows"</a> });
    let newest = state.before.map(|_| view! { <a class="button" href=at(None)>"Newest rows"</a> });
    view! {
        <p class="page-foot"><span class="muted" data-foot="" role="status">{label}</span>
            <span class="button-row">{newest}{newer}{older}</span></p>
    }
    .into_any()
}

/// Which columns are shown.
pub fn column_choice(state: &LogState, action: &'static str) -> AnyView {
    let one = |(name, word): (&'static str, &'static str)| {
        let chosen = state.columns.contains(&name);
        view! { <label class="check"><input type="checkbox" name="columns" value=name checked=chosen/><span>{word}</span></label> }
    };
    let usual = state.with(|state| state.columns = USUAL_COLUMNS.to_vec());
    let usual = format!("{action}?{}", usual.query());
    view! {
        <details class="menu">
            <summary class="button">"Columns"</summary>
            <form method="get" action=action class="menu-body">
                {carried(state, &["columns"])}
                <fieldset class="column-list"><legend class="sr">"Columns beside the time"</legend>{COLUMNS.map(one).to_vec()}</fieldset>
                <div class="actions"><button class="button primary" type="submit">"Show these"</button><a class="button" href=usual>"The usual ones"</a></div>
            </form>
        </details>
    }
    .into_any()
}

/// The columns in force with their headings.
pub fn columns(state: &LogState) -> impl Iterator<Item = (&'static str, &'static str)> + use<'_> {
    COLUMNS.iter().copied().filter(|(name, _)| state.columns.contains(name))
}

/// Whether a column holds numbers, which stand at the right.
pub fn is_number(column: &str) -> bool {
    matches!(column, "client_port" | "latency_us" | "ttl" | "generation" | "stands_for")
}

/// Where more rows come from.
fn rows_path(state: &LogState) -> String {
    let state = state.with(|state| (state.before, state.row) = (None, None));
    format!("/logs/rows?{}", state.query())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_shown_as_it_was_logged() {
        let line = |text: &str| LogLine { id: 1, at: 0, cells: vec![("fqdn".to_owned(), text.to_owned())] };
        let cases = [("'=1+1", "=1+1"), ("'tis", "'tis"), ("", ""), ("'-x", "-x")];
        for (stored, shown) in cases {
            assert_eq!(cell(&line(stored), "fqdn"), shown);
        }
        assert_eq!(cell(&line("a"), "pool"), "");
    }
}
