//! The query bar: the filter as text and as chips, the window, and where it leads.

use leptos::prelude::*;
use model::filter::Filter;

use super::state::{Asked, LogState};
use super::view::LogsView;
use crate::format;
use crate::islands::Complete;

const WINDOWS: [(&str, &str); 7] = [
    ("5m", "5 minutes"),
    ("10m", "10 minutes"),
    ("15m", "15 minutes"),
    ("1h", "1 hour"),
    ("6h", "6 hours"),
    ("1d", "1 day"),
    ("7d", "7 days"),
];

/// What a form carries of the state beside its own fields.
pub fn carried(state: &LogState, own: &[&str]) -> AnyView {
    let pairs = state.pairs().into_iter().filter(|(key, _)| !own.contains(key));
    pairs.map(|(key, value)| view! { <input type="hidden" name=key value=value/> }).collect_view().into_any()
}

/// The form, to be sent to `action`; a page that only follows has no window.
pub fn query_bar(view: &LogsView, action: &'static str) -> AnyView {
    let state = &view.state;
    let problem = view.problem.clone();
    let described = if problem.is_some() { "filter-error" } else { "filter-hint" };
    let windowed = action == "/logs";
    let clear = state.filtered(&Filter::All);
    let clear = if windowed { clear.href() } else { format!("{action}?{}", clear.query()) };
    let own: &[&str] = match (windowed, &state.asked) {
        (true, Asked::Since(_)) => &["filter", "since", "before", "row", "around"],
        _ => &["filter", "before", "row", "around"],
    };
    view! {
        <form method="get" action=action class="filter" role="search">
            <label class="sr" for="filter">"Filter"</label>
            <div class="filter-input">
                <input id="filter" name="filter" class="mono" value=state.filter.clone() placeholder="rcode != NOERROR and client_ip in (10.0.0.0/8)"
                    aria-invalid=problem.is_some().then_some("true") aria-describedby=described autocomplete="off" spellcheck="false" autocapitalize="off"/>
                <Complete/>
            </div>
            {windowed.then(|| window(&state.asked))}
            {carried(state, own)}
            <button class="button primary" type="submit">"Filter"</button>
            {(!state.filter.is_empty()).then(|| view! { <a class="button" href=clear>"Clear"</a> })}
            {problem.map(|text| view! { <p class="error" id="filter-error">{text}</p> })}
            <p class="hint" id="filter-hint">"field op value, joined by and, or, not and brackets; ops are = != ~ < > in (..). Fields are the columns."</p>
        </form>
        {chips(state, &view.filter, action)}
    }
    .into_any()
}

fn window(asked: &Asked) -> AnyView {
    let mut windows = WINDOWS.map(|(value, label)| (value.to_owned(), format!("Last {label}"))).to_vec();
    let chosen = match asked {
        Asked::Since(since) => {
            if !windows.iter().any(|(value, _)| value == since) {
                windows.push((since.clone(), format!("Last {since}")));
            }
            since.clone()
        }
        Asked::Between(..) => {
            windows.push((String::new(), "As chosen below".to_owned()));
            String::new()
        }
    };
    let option = |(value, label): (String, String)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{label}</option> }
    };
    view! {
        <label class="sr" for="since">"Window"</label>
        <select id="since" name="since">{windows.into_iter().map(option).collect_view()}</select>
    }
    .into_any()
}

/// Each condition that `and` joins at the top, to be turned into its opposite or taken away.
fn chips(state: &LogState, filter: &Filter, action: &'static str) -> AnyView {
    let parts = filter.parts();
    if parts.is_empty() {
        return ().into_any();
    }
    let href = |filter: &Filter| {
        let state = state.filtered(filter);
        if action == "/logs" { state.href() } else { format!("{action}?{}", state.query()) }
    };
    let chip = |(i, part): (usize, &Filter)| {
        let text = part.to_string();
        view! {
            <li class="chip">
                <span class="mono">{text.clone()}</span>
                <a href=href(&filter.with_opposite(i)) title="The opposite">"not"<span class="sr">{format!(" {text}: the opposite")}</span></a>
                <a href=href(&filter.without(i)) title="Take away" aria-label=format!("Take away {text}")>"×"</a>
            </li>
        }
    };
    view! { <ul class="chips" aria-label="Conditions in force">{parts.iter().enumerate().map(chip).collect_view()}</ul> }.into_any()
}

/// Where in time the page is, and the ways from here: earlier, later, wider, anywhere.
pub fn times(view: &LogsView, now: i64) -> AnyView {
    let (from, to) = (view.from, view.to.min(now).max(view.from + 1));
    let state = &view.state;
    let ways = ways(from, to, now);
    let link = |label: &'static str, way: Option<(i64, i64)>, title: &'static str| match way {
        Some((from, to)) => {
            view! { <a class="button" href=state.between(from, to).href() title=title>{label}</a> }.into_any()
        }
        None => view! { <span class="button" aria-disabled="true">{label}</span> }.into_any(),
    };
    let same_day = format::date(from) == format::date(to);
    let end = if same_day { format::clock(to) } else { format::date_time(to) };
    view! {
        <div class="times">
            <p class="times-now">
                <time datetime=format::rfc3339(from)>{format::date_time(from)}</time>" – "
                <time datetime=format::rfc3339(to)>{end}</time>" UTC"
            </p>
            <div class="button-row">
                {link("Earlier", Some(ways.earlier), "The same length of time before this")}
                {link("Later", ways.later, "The same length of time after this")}
                {link("Zoom out", Some(ways.wider), "Twice as long")}
                <details class="menu">
                    <summary class="button">"Other times"</summary>
                    <form method="get" action="/logs" class="menu-body">
                        {carried(state, &["since", "from", "to", "before", "row", "around"])}
                        <div class="field"><label for="from">"From (UTC)"</label>
                            <input id="from" name="from" type="datetime-local" step="1" required value=local(from)/></div>
                        <div class="field"><label for="to">"To (UTC)"</label>
                            <input id="to" name="to" type="datetime-local" step="1" value=local(to)/></div>
                        <button class="button primary" type="submit">"Show"</button>
                    </form>
                </details>
            </div>
        </div>
    }
    .into_any()
}

/// A time as a browser's input takes it.
fn local(at: i64) -> String {
    format::rfc3339(at).trim_end_matches('Z').to_owned()
}

struct Ways {
    earlier: (i64, i64),
    later: Option<(i64, i64)>,
    wider: (i64, i64),
}

/// The windows before, after and around one; nothing lies after now.
fn ways(from: i64, to: i64, now: i64) -> Ways {
    let span = (to - from).max(1_000_000);
    let start = (from - span).max(0);
    let end = (to + span).min(now.max(to));
    let wide_to = (to + span / 2).min(now.max(to));
    Ways {
        earlier: (start, from),
        later: (now - to >= 1_000_000).then_some((end - span, end)),
        wider: ((wide_to - 2 * span).max(0), wide_to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    #[test]
    fn the_ways_from_a_window_stay_in_the_past() {
        let now = 1000 * SECOND;
        let at_the_end = ways(900 * SECOND, now, now);
        assert_eq!(at_the_end.earlier, (800 * SECOND, 900 * SECOND));
        assert_eq!(at_the_end.later, None);
        assert_eq!(at_the_end.wider, (800 * SECOND, now));
        let inside = ways(500 * SECOND, 600 * SECOND, now);
        assert_eq!(inside.later, Some((600 * SECOND, 700 * SECOND)));
        assert_eq!(inside.wider, (450 * SECOND, 650 * SECOND));
        let near = ways(900 * SECOND, 950 * SECOND, 960 * SECOND);
        assert_eq!(near.later, Some((910 * SECOND, 960 * SECOND)));
    }
}
