//! An opened row: everything that is known of it, why it was answered so, and the rows around it.

use api::view::{LogLine, Near};
use leptos::prelude::*;

use super::state::{AROUND, COLUMNS, LogState};
use super::table::cell;
use super::value;
use super::view::{LogsView, Opened, Why};
use crate::components::Command;
use crate::format;
use crate::islands::CopyButton;

/// The window of a row's own address: so long before and after it, microseconds.
const BESIDE_US: i64 = 300_000_000;

/// The drawer.
pub fn drawer(view: &LogsView, opened: &Opened) -> AnyView {
    let close = view.state.with(|state| state.row = None).href();
    let Some(line) = &opened.around.row else {
        return view! {
            <aside class="drawer" id="row" aria-labelledby="row-title">
                <header class="drawer-head">
                    <h2 id="row-title">"This row is not there"</h2>
                    <a class="button" href=close data-close="">"Close"</a>
                </header>
                <p>"It was dropped with the oldest day of the log, or the address was cut."</p>
            </aside>
        }
        .into_any();
    };
    let alone = LogState { columns: view.state.columns.clone(), row: view.state.row, ..LogState::default() };
    let alone =
        alone.between(line.at - BESIDE_US, line.at + BESIDE_US).with(|state| state.row = view.state.row);
    let question = format!("{} {}", shown_name(&cell(line, "fqdn")), cell(line, "qtype"));
    let answers = cell(line, "answers");
    let answer = if answers.is_empty() { String::new() } else { format!(" {}", answers.replace(';', ", ")) };
    view! {
        <aside class="drawer" id="row" aria-labelledby="row-title" tabindex="-1">
            <header class="drawer-head">
                <h2 id="row-title"><span class="mono">{question}</span></h2>
                <a class="button" href=close data-close="">"Close"</a>
            </header>
            <p class="drawer-answer"><b>{cell(line, "rcode")}</b><span class="mono">{answer}</span>
                {format!(" at {}.{:06} UTC", format::date_time(line.at), line.at.rem_euclid(1_000_000))}</p>
            <div class="button-row">
                <a class="button" href=alone.href() rel="bookmark">"Address of this row"</a>
                <CopyButton text=alone.href() whole=true/>
            </div>
            {opened.dig.clone().map(|text| view! { <Command text=text/> })}
            {facts(view, line)}
            {timing(line)}
            {why(&opened.why, line)}
            {around(view, opened)}
        </aside>
    }
    .into_any()
}

/// The root is written as one dot.
fn shown_name(name: &str) -> String {
    if name.is_empty() { ".".to_owned() } else { name.to_owned() }
}

fn facts(view: &LogsView, line: &LogLine) -> AnyView {
    let fact = |(name, word): &(&'static str, &'static str)| {
        let text = cell(line, name);
        if text.is_empty() || *name == "latency_us" {
            return ().into_any();
        }
        // Each of several answers is asked for alone.
        let values: Vec<&str> = if *name == "answers" { text.split(';').collect() } else { vec![&text] };
        let values = values.into_iter().map(|text| {
            let links = value::of_column(&view.state, &view.filter, name, text);
            view! { <dd><span class="mono">{text.to_owned()}</span>{links.map(|links| value::actions(&links))}</dd> }
        });
        view! { <div><dt>{*word}</dt>{values.collect_view()}</div> }.into_any()
    };
    view! { <dl class="row-facts">{COLUMNS.iter().map(fact).collect_view()}</dl> }.into_any()
}

/// A row is logged when it is answered; it arrived so much earlier.
fn timing(line: &LogLine) -> AnyView {
    let text = cell(line, "latency_us");
    let Ok(latency) = text.parse::<i64>() else { return ().into_any() };
    view! {
        <section>
            <h3>"Timing"</h3>
            <dl class="row-facts">
                <div><dt>"Arrived"</dt><dd class="mono">{format::clock_micros(line.at - latency)}</dd></div>
                <div><dt>"Answered"</dt><dd class="mono">{format::clock_micros(line.at)}</dd></div>
                <div><dt>"Took"</dt><dd><span class="mono">{format!("{} µs", format::thousands(latency.unsigned_abs()))}</span></dd></div>
            </dl>
        </section>
    }
    .into_any()
}

fn why(why: &Why, line: &LogLine) -> AnyView {
    let generation = cell(line, "generation");
    let inner = match why {
        Why::Now { steps } => {
            let steps = steps
                .iter()
                .map(|step| view! { <li class:inner=step.starts_with(' ')>{step.trim().to_owned()}</li> });
            view! {
                <p class="hint">{format!("Generation {generation} decided, and is in force. This is what it leads to now; members' health and whose turn it was may have been others then.")}</p>
                <ol class="steps">{steps.collect_view()}</ol>
            }
            .into_any()
        }
        Why::Then { in_force } => view! {
            <p>"Decided by "<a href=format!("/changes/{generation}")>{format!("generation {generation}")}</a>
                {format!("; now {in_force} is in force, which cannot say why.")}</p>
        }
        .into_any(),
        Why::Undecided => view! { <p>"No name was looked up for this one."</p> }.into_any(),
    };
    view! { <section><h3>"Why this answer"</h3>{inner}</section> }.into_any()
}

fn around(view: &LogsView, opened: &Opened) -> AnyView {
    let state = &view.state;
    let kinds = AROUND.map(|(near, word)| {
        let href = state.with(|state| state.around = near).href();
        view! { <a href=format!("{href}#around") aria-current=(near == state.around).then_some("true")>{word}</a> }
    });
    let here = state.row;
    let at = opened.around.row.as_ref().map_or(0, |line| line.at);
    // The newest first, as in the table.
    let lines =
        opened.around.after.iter().rev().chain(&opened.around.row).chain(opened.around.before.iter().rev());
    let rows = lines.map(|line| {
        let key = Some((line.at, line.id));
        let href = state.with(|state| state.row = key).href();
        let current = (key == here).then_some("true");
        let what = match state.around {
            Near::Client => shown_name(&cell(line, "fqdn")),
            Near::Service | Near::All => cell(line, "client_ip"),
        };
        let rest =
            if state.around == Near::All { shown_name(&cell(line, "fqdn")) } else { cell(line, "answers") };
        view! {
            <tr aria-current=current>
                <td class="num"><a href=format!("{href}#around")>{apart(line.at - at)}</a></td>
                <td class="clip">{what}</td>
                <td>{cell(line, "qtype")}</td>
                <td>{cell(line, "rcode")}</td>
                <td class="clip">{rest}</td>
            </tr>
        }
    });
    view! {
        <section id="around">
            <h3>"Around it"</h3>
            <nav class="segmented" aria-label="Which rows stand around it">{kinds.to_vec()}</nav>
            <div class="scroll" tabindex="0" role="region" aria-label="Rows around this one">
                <table class="around">
                    <thead><tr><th scope="col" class="num">"Apart"</th>
                        <th scope="col">{if state.around == Near::Client { "Name" } else { "Client" }}</th>
                        <th scope="col">"Type"</th><th scope="col">"Code"</th>
                        <th scope="col">{if state.around == Near::All { "Name" } else { "Answers" }}</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// How long after the opened row, with the digits that matter: `+12.3 ms`.
fn apart(micros: i64) -> String {
    let size = micros.unsigned_abs() as f64;
    let sign = if micros < 0 { "−" } else { "+" };
    match micros.unsigned_abs() {
        0 => "0".to_owned(),
        1..=999 => format!("{sign}{size:.0} µs"),
        1000..=999_999 => format!("{sign}{:.1} ms", size / 1e3),
        1_000_000..=119_999_999 => format!("{sign}{:.1} s", size / 1e6),
        _ => format!("{sign}{:.0} min", size / 6e7),
    }
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn how_far_rows_are_apart_is_told_in_the_unit_of_its_size() {
        let cases = [
            (0, "0"),
            (-83, "−83 µs"),
            (12_345, "+12.3 ms"),
            (-1_500_000, "−1.5 s"),
            (7_200_000_000, "+120 min"),
        ];
        for (micros, text) in cases {
            assert_eq!(apart(micros), text);
        }
    }
}
