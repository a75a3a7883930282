use std::collections::BTreeMap;

use api::view::Marker;
use leptos::prelude::*;

use super::colour;
use crate::format;

/// Heights in pixels; along time everything is in percent, so that text keeps its size on every screen.
const HEIGHT: f64 = 170.0;
const BOTTOM: f64 = 22.0;
const TOP: f64 = 8.0;
/// The part of a bar's place that it fills.
const FILLED: f64 = 0.86;

/// What stacked bars show.
#[derive(Clone, Debug)]
pub struct Bars<'a> {
    /// What the chart is about, for screen readers.
    pub title: &'a str,
    /// Start of the window, microseconds since 1970 UTC.
    pub from: i64,
    /// Its end.
    pub to: i64,
    /// Width of a bar, microseconds.
    pub step: i64,
    /// (start of the bar, series, count).
    pub points: &'a [(i64, String, u64)],
    /// Series in the order they are stacked and coloured; those not named follow by name.
    pub order: &'a [String],
    /// What is counted, as `answers`.
    pub unit: &'a str,
    /// Events of the window, which get a mark each.
    pub markers: &'a [Marker],
}

/// Counts over time, stacked by series, with a legend and a table of the numbers.
pub fn stacked_bars(bars: &Bars<'_>) -> AnyView {
    let mut series: Vec<String> = bars.order.to_vec();
    let mut named: Vec<&String> = bars.points.iter().map(|(_, name, _)| name).collect();
    named.sort();
    for name in named {
        if !series.contains(name) {
            series.push(name.clone());
        }
    }
    let mut by_start: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
    for (start, name, count) in bars.points {
        let place = series.iter().position(|s| s == name).unwrap_or(0);
        by_start.entry(*start).or_insert_with(|| vec![0; series.len()])[place] += count;
    }
    let top = nice(by_start.values().map(|counts| counts.iter().sum()).max().unwrap_or(0));
    let first = bars.from.div_euclid(bars.step.max(1)) * bars.step.max(1);
    let span = (bars.to - first).max(bars.step).max(1) as f64;
    let x = |at: i64| (at - first) as f64 / span * 100.0;
    let y = |count: u64| TOP + (1.0 - count as f64 / top as f64) * (HEIGHT - BOTTOM - TOP);
    let width = bars.step as f64 / span * 100.0;

    let stacks: Vec<AnyView> = by_start
        .iter()
        .map(|(start, counts)| stack(*start, counts, &series, (x(*start), width.min(100.0 - x(*start))), &y))
        .collect();
    let levels = [0, top / 2, top];
    let counts = levels.map(|count| {
        view! { <text x="100%" y=y(count) + 4.0 text-anchor="end" class="chart-tick">{format::thousands(count)}</text> }
    });
    let lines = levels.map(|count| view! { <line x2="100%" y1=y(count) y2=y(count) class="grid"></line> });
    let long = span > 86_400e6;
    let moment =
        |at| if long { format::date_time(at).chars().skip(5).take(11).collect() } else { format::clock(at) };
    let ticks: Vec<AnyView> = (0..=4)
        .map(|i| {
            let at = first + (span as i64) * i / 4;
            let (class, anchor) = match i {
                0 => ("chart-tick", "start"),
                4 => ("chart-tick", "end"),
                2 => ("chart-tick", "middle"),
                _ => ("chart-tick between", "middle"),
            };
            let place = format!("{}%", i * 25);
            view! { <text x=place y=HEIGHT - 5.0 text-anchor=anchor class=class>{moment(at)}</text> }
                .into_any()
        })
        .collect();
    view! {
        <figure class="chart">
            {legend(&series, &by_start, bars.markers)}
            <div class="plot" role="img" aria-label=bars.title.to_owned()>
                <svg width="52" height=HEIGHT>{counts}</svg>
                <svg width="100%" height=HEIGHT>
                    {lines}
                    {stacks}
                    {ticks}
                    {marks(bars.markers, bars.from, bars.to, HEIGHT - BOTTOM, &x)}
                </svg>
            </div>
            {table(bars, &series, &by_start)}
        </figure>
    }
    .into_any()
}

fn stack(
    start: i64,
    counts: &[u64],
    series: &[String],
    (x, width): (f64, f64),
    y: &impl Fn(u64) -> f64,
) -> AnyView {
    let mut below = 0;
    let parts: Vec<AnyView> = counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
        .map(|(i, count)| {
            let (top, bottom) = (y(below + count), y(below));
            below += count;
            let (at, wide) = (format!("{x:.3}%"), format!("{:.3}%", width * FILLED));
            view! { <rect x=at y=top width=wide height=(bottom - top).max(0.5) class=colour(i)></rect> }
                .into_any()
        })
        .collect();
    let named = counts.iter().zip(series).filter(|(n, _)| **n > 0);
    let list: Vec<String> = named.map(|(n, name)| format!("{name} {}", format::thousands(*n))).collect();
    // The whole height answers to the pointer, not only what is filled.
    let (place, filled) = (format!("{x:.3}%"), format!("{width:.3}%"));
    view! {
        <g>
            <title>{format!("{} UTC: {}", format::clock(start), list.join(", "))}</title>
            <rect x=place y=TOP width=filled height=HEIGHT - BOTTOM - TOP class="slot"></rect>
            {parts}
        </g>
    }
    .into_any()
}

/// A line over the whole height for each event, with a head that points up for good news and down for bad.
pub(super) fn marks(
    markers: &[Marker],
    from: i64,
    to: i64,
    height: f64,
    x: &impl Fn(i64) -> f64,
) -> Vec<AnyView> {
    let within = markers.iter().filter(|marker| (from..=to).contains(&marker.at));
    within
        .map(|marker| {
            let place = format!("{:.3}%", x(marker.at));
            let (class, head) =
                if marker.good { ("event good", "M-4 8h8L0 0Z") } else { ("event bad", "M-4 0h8L0 8Z") };
            let title = format!("{} UTC: {}", format::clock(marker.at), marker.title);
            // A nested drawing moves with its share of the width; a path alone cannot.
            view! {
                <svg x=place y="0" class=class overflow="visible">
                    <title>{title}</title>
                    <line y1=0 y2=height></line>
                    <path d=head></path>
                </svg>
            }
            .into_any()
        })
        .collect()
}

pub(super) fn legend(series: &[String], by_start: &BTreeMap<i64, Vec<u64>>, markers: &[Marker]) -> AnyView {
    let entries: Vec<AnyView> = series
        .iter()
        .enumerate()
        .map(|(i, name)| {
            let sum: u64 = by_start.values().map(|counts| counts[i]).sum();
            view! {
                <li>
                    <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true"><rect width="10" height="10" rx="2" class=colour(i)></rect></svg>
                    {name.clone()} <span class="muted num">{format::thousands(sum)}</span>
                </li>
            }
            .into_any()
        })
        .collect();
    view! { <figcaption><ul class="legend">{entries}{legend_of_events(markers)}</ul></figcaption> }.into_any()
}

/// How many events are marked, trouble and other.
pub(super) fn legend_of_events(markers: &[Marker]) -> AnyView {
    let kinds =
        [(false, "Trouble", "M1 1h8L5 9Z", "event bad"), (true, "Other", "M1 9h8L5 1Z", "event good")];
    let kinds = kinds.into_iter().filter_map(|(good, word, head, class)| {
        let count = markers.iter().filter(|marker| marker.good == good).count() as u64;
        (count > 0).then(|| {
            view! {
                <li>
                    <svg viewBox="0 0 10 10" width="10" height="10" class=class aria-hidden="true"><path d=head></path></svg>
                    <a href="/events">{word}</a> <span class="muted num">{format::count(count, "event", "events")}</span>
                </li>
            }
        })
    });
    kinds.collect_view().into_any()
}

fn table(bars: &Bars<'_>, series: &[String], by_start: &BTreeMap<i64, Vec<u64>>) -> AnyView {
    let head: Vec<AnyView> = series
        .iter()
        .map(|name| view! { <th scope="col" class="num">{name.clone()}</th> }.into_any())
        .collect();
    let rows: Vec<AnyView> = by_start
        .iter()
        .map(|(start, counts)| {
            let cells: Vec<AnyView> = counts
                .iter()
                .map(|n| view! { <td class="num">{format::thousands(*n)}</td> }.into_any())
                .collect();
            view! { <tr><th scope="row">{format::date_time(*start)}</th>{cells}</tr> }.into_any()
        })
        .collect();
    view! {
        <details class="chart-data">
            <summary>{format!("Table of {} in steps of {} s", bars.unit, bars.step / 1_000_000)}</summary>
            <div class="scroll" tabindex="0" role="region" aria-label=format!("{} as a table", bars.title)>
                <table><thead><tr><th scope="col">"From (UTC)"</th>{head}</tr></thead><tbody>{rows}</tbody></table>
            </div>
        </details>
    }
    .into_any()
}

/// The next number of the form 1, 2 or 5 times a power of ten, at least 2.
pub(super) fn nice(top: u64) -> u64 {
    let mut step = 1;
    loop {
        for factor in [2, 4, 6, 10] {
            if top <= factor * step {
                return factor * step;
            }
        }
        match step.checked_mul(10) {
            Some(next) if next < u64::MAX / 10 => step = next,
            _ => return top,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_on_a_round_number() {
        let cases = [(0, 2), (2, 2), (3, 4), (7, 10), (11, 20), (5000, 6000), (61_000, 100_000)];
        for (top, expected) in cases {
            assert_eq!(nice(top), expected, "{top}");
        }
    }
}
