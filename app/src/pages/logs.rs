//! The query log.

use api::view::{LogLine, LogView};
use leptos::prelude::*;

use crate::charts::{Bars, stacked_bars};
use crate::components::{Empty, Notice, NoticeKind, PageHead};
use crate::format;
use crate::islands::{AutoRefresh, ExportButton};
use crate::pages::full_log::full_log;

const WINDOWS: [(&str, &str); 7] = [
    ("5m", "5 minutes"),
    ("10m", "10 minutes"),
    ("15m", "15 minutes"),
    ("1h", "1 hour"),
    ("6h", "6 hours"),
    ("1d", "1 day"),
    ("7d", "7 days"),
];
/// Columns a click on whose value narrows the filter.
const FILTERABLE: [&str; 8] =
    ["client_ip", "transport", "fqdn", "qtype", "rcode", "service", "pool", "member"];
/// Columns shown in the table; the others are in the row's details.
const SHOWN: [&str; 7] = ["client_ip", "transport", "fqdn", "qtype", "rcode", "answers", "latency_us"];

/// The page.
pub fn logs(view: &LogView, now: i64) -> impl IntoView + use<> {
    let query = |filter: &str| format!("?since={}&filter={}", view.since, format::in_query(filter));
    let export = format!("/logs/export.csv{}", query(&view.filter));
    let mut windows = WINDOWS.map(|(v, l)| (v.to_owned(), l.to_owned())).to_vec();
    if !windows.iter().any(|(v, _)| *v == view.since) {
        windows.push((view.since.clone(), view.since.clone()));
    }
    let options: Vec<AnyView> = windows
        .into_iter()
        .map(|(value, label)| {
            let chosen = value == view.since;
            view! { <option value=value selected=chosen>{format!("Last {label}")}</option> }.into_any()
        })
        .collect();
    let problem = view.problem.clone();
    let described = if problem.is_some() { "filter-error" } else { "filter-hint" };
    view! {
        <PageHead title="Logs" lede="Every query that was answered">
            <AutoRefresh seconds=5/>
            <a class="button" href="/logs/policy">"What is kept"</a>
            <ExportButton href=export/>
        </PageHead>
        <form method="get" action="/logs" class="filter" role="search">
            <label class="sr" for="filter">"Filter"</label>
            <input id="filter" name="filter" class="mono" value=view.filter.clone() placeholder="rcode != NOERROR and client_ip in (10.0.0.0/8)"
                aria-invalid=problem.is_some().then_some("true") aria-describedby=described autocomplete="off" spellcheck="false" autocapitalize="off"/>
            <label class="sr" for="since">"Window"</label>
            <select id="since" name="since">{options}</select>
            <button class="button primary" type="submit">"Filter"</button>
            {(!view.filter.is_empty()).then(|| view! { <a class="button" href=format!("/logs?since={}", view.since)>"Clear"</a> })}
            {problem.map(|text| view! { <p class="error" id="filter-error">{text}</p> })}
            <p class="hint" id="filter-hint">"field op value, joined by and, or, not and brackets; ops are = != ~ < > in (..). Fields are the columns."</p>
        </form>
        <div data-live="logs">{full_log(view.limited, view.full_until, now)}{content(view, now, &query)}</div>
    }
}

fn content(view: &LogView, now: i64, query: &impl Fn(&str) -> String) -> AnyView {
    let Some(count) = view.count else {
        if view.problem.is_some() {
            return ().into_any();
        }
        return view! { <Notice kind=NoticeKind::Warn>"Rows are read from storage, which is away."</Notice> }
            .into_any();
    };
    let dropped = &view.totals.dropped;
    let throttled = dropped.service_throttle + dropped.site_throttle;
    let lost = dropped.queue + dropped.storage;
    let missing = (throttled + lost > 0).then(|| {
        let text = format!(
            "Of {} in this window, {} were left out by throttles and {} were lost (queue {}, storage {}). The counters have all of them.",
            format::count(view.totals.answered, "answer", "answers"),
            format::thousands(throttled),
            format::thousands(lost),
            format::thousands(dropped.queue),
            format::thousands(dropped.storage)
        );
        view! { <Notice kind=NoticeKind::Info>{text}</Notice> }
    });
    if count == 0 {
        let empty = match (view.totals.answered, view.filter.is_empty()) {
            (0, _) => view! { <Empty title="No query in this window" text="Nothing was asked. Choose a longer window, or ask for a name with dig."/> }.into_any(),
            (_, false) => {
                let text = format!("{} in this window, none of which the filter matches.", format::count(view.totals.answered, "answer", "answers"));
                let clear = format!("/logs?since={}", view.since);
                view! { <Empty title="Nothing matches" text=text><a class="button" href=clear>"Clear the filter"</a></Empty> }.into_any()
            }
            (answered, true) if view.off => {
                let text = format!("This server counts queries and stores none (it was started with --log off): {} in this window.", format::count(answered, "answer", "answers"));
                view! { <Empty title="Rows are not kept" text=text/> }.into_any()
            }
            (answered, true) => {
                let text = format!("{} were counted, and none of their rows is stored.", format::count(answered, "answer", "answers"));
                view! { <Empty title="No row was kept" text=text/> }.into_any()
            }
        };
        return view! { {missing}{empty} }.into_any();
    }
    let order =
        ["NOERROR", "NXDOMAIN", "REFUSED", "SERVFAIL", "FORMERR", "NOTIMP", "DROPPED"].map(str::to_owned);
    let order: Vec<String> =
        order.into_iter().filter(|code| view.histogram.iter().any(|(_, c, _)| c == code)).collect();
    let chart = stacked_bars(&Bars {
        title: "Rows over time by response code",
        from: view.from,
        to: view.to.min(now),
        step: view.step,
        points: &view.histogram,
        order: &order,
        unit: "rows",
        markers: &view.markers,
    });
    let rows: Vec<AnyView> = view.rows.iter().map(|line| row(line, view, query)).collect();
    let shown = view.rows.len() as u64;
    let next = view.next.map(|(at, id)| {
        view! { <a class="button" href=format!("/logs{}&before={at}%2C{id}", query(&view.filter))>"Older rows"</a> }
    });
    view! {
        {missing}
        <section class="card">
            <h2>{format::count(count, "row", "rows")}</h2>
            {chart}
        </section>
        <div class="scroll" tabindex="0" role="region" aria-label="Rows of the query log">
            <table class="lines log">
                <thead>
                    <tr>
                        <th scope="col">"Time (UTC)"</th><th scope="col">"Client"</th><th scope="col">"Via"</th>
                        <th scope="col">"Name"</th><th scope="col">"Type"</th><th scope="col">"Code"</th>
                        <th scope="col">"Answers"</th><th scope="col" class="num">"µs"</th><th scope="col">"More"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="page-foot"><span class="muted">{format!("{} shown, newest first", format::count(shown, "row", "rows"))}</span>{next}</p>
    }
    .into_any()
}

fn row(line: &LogLine, view: &LogView, query: &impl Fn(&str) -> String) -> AnyView {
    let cell = |name: &str| {
        line.cells.iter().find(|(column, _)| column == name).map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let cells: Vec<AnyView> = SHOWN
        .iter()
        .map(|column| {
            let text = cell(column);
            let class = match *column {
                "latency_us" => "num",
                "fqdn" | "answers" => "wrap",
                _ => "",
            };
            view! { <td class=class>{narrow(column, &text, view, query)}</td> }.into_any()
        })
        .collect();
    let more: Vec<AnyView> = line
        .cells
        .iter()
        .filter(|(column, text)| !SHOWN.contains(&column.as_str()) && !text.is_empty())
        .map(|(column, text)| {
            view! { <div><dt>{column.clone()}</dt><dd>{narrow(column, text, view, query)}</dd></div> }
                .into_any()
        })
        .collect();
    let stands_out = cell("significant") == "true";
    view! {
        <tr class:significant=stands_out>
            <td><time datetime=format::rfc3339(line.at) title=format::date_time(line.at)>{format::clock_micros(line.at)}</time></td>
            {cells}
            <td><details><summary><span class="sr">"Details"</span></summary><dl class="more">{more}</dl></details></td>
        </tr>
    }
    .into_any()
}

/// A value that narrows the filter to itself when it is followed.
fn narrow(column: &str, text: &str, view: &LogView, query: &impl Fn(&str) -> String) -> AnyView {
    if text.is_empty() || !FILTERABLE.contains(&column) {
        return text.to_owned().into_any();
    }
    let quoted = format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "._:-".contains(c));
    let test = format!("{column} = {}", if plain { text.to_owned() } else { quoted });
    let filter = if view.filter.is_empty() { test.clone() } else { format!("({}) and {test}", view.filter) };
    view! { <a class="value" href=format!("/logs{}", query(&filter)) title=format!("Only {test}")>{text.to_owned()}</a> }.into_any()
}
