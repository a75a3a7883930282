use std::collections::BTreeMap;

use api::view::Marker;
use leptos::prelude::*;

use super::bars::{legend_of_events, marks, nice};
use super::colour;
use crate::format;

/// Heights in pixels; along time everything is in percent, so that text keeps its size on every screen.
const HEIGHT: f64 = 160.0;
const BOTTOM: f64 = 22.0;
const TOP: f64 = 8.0;
/// The part of a bar's place that it fills.
const FILLED: f64 = 0.86;

/// What a histogram of rows shows.
pub struct Histogram<'a> {
    /// What it is about, for screen readers.
    pub title: &'a str,
    /// Start of the window, microseconds since 1970 UTC.
    pub from: i64,
    /// Its end.
    pub to: i64,
    /// Width of a bar, microseconds.
    pub step: i64,
    /// (start of the bar, series, rows).
    pub points: &'a [(i64, String, u64)],
    /// (start of the bar, answers of which no row is there).
    pub suppressed: &'a [(i64, u64)],
    /// Series in the order they are stacked and coloured.
    pub order: &'a [String],
    /// Events of the window.
    pub markers: &'a [Marker],
    /// Where a part of the window leads to: from, to.
    pub zoom: &'a dyn Fn(i64, i64) -> String,
    /// What a series leads to, if anything.
    pub only: &'a dyn Fn(&str) -> Option<String>,
    /// Where a chosen part leads to: its start stands in the place of `FROM`, its end of `TO`.
    pub brushed: &'a str,
}

/// What a bar holds.
#[derive(Clone, Debug, Default)]
struct Bar {
    counts: Vec<u64>,
    suppressed: u64,
}

impl Bar {
    fn sum(&self) -> u64 {
        self.counts.iter().sum::<u64>() + self.suppressed
    }
}

/// Rows over time, stacked by series; what was not kept stands hatched on top. Each bar leads to its own time.
pub fn histogram(chart: &Histogram<'_>) -> AnyView {
    let bars = by_start(chart);
    let step = chart.step.max(1);
    let top = nice(bars.values().map(Bar::sum).max().unwrap_or(0));
    let first = chart.from.div_euclid(step) * step;
    let span = (chart.to - first).max(step) as f64;
    let x = |at: i64| (at - first) as f64 / span * 100.0;
    let y = |count: u64| TOP + (1.0 - count as f64 / top as f64) * (HEIGHT - BOTTOM - TOP);
    let width = step as f64 / span * 100.0;
    let stacks = bars.iter().map(|(start, bar)| {
        let place = (x(*start), width.min(100.0 - x(*start)));
        stack(chart, *start, bar, place, &y)
    });
    let stacks = stacks.collect_view();
    let levels = [0, top / 2, top];
    let counts = levels.map(|count| {
        view! { <text x="100%" y=y(count) + 4.0 text-anchor="end" class="chart-tick">{format::thousands(count)}</text> }
    });
    let lines = levels.map(|count| view! { <line x2="100%" y1=y(count) y2=y(count) class="grid"></line> });
    let long = span > 86_400e6;
    let moment =
        |at| if long { format::date_time(at).chars().skip(5).take(11).collect() } else { format::clock(at) };
    let ticks = (0..=4).map(|i| {
        let at = first + (span as i64) * i / 4;
        let (class, anchor) = match i {
            0 => ("chart-tick", "start"),
            4 => ("chart-tick", "end"),
            2 => ("chart-tick", "middle"),
            _ => ("chart-tick between", "middle"),
        };
        view! { <text x=format!("{}%", i * 25) y=HEIGHT - 5.0 text-anchor=anchor class=class>{moment(at)}</text> }
    });
    let ticks = ticks.collect_view();
    view! {
        <figure class="chart">
            <figcaption>{legend(chart, &bars)}</figcaption>
            <div class="plot" role="group" aria-label=chart.title.to_owned()>
                <svg width="52" height=HEIGHT aria-hidden="true">{counts}</svg>
                <div class="plot-area" data-brush="" data-first=first.to_string() data-end=chart.to.to_string() data-step=step.to_string()
                    data-href=chart.brushed.to_owned()>
                    <svg width="100%" height=HEIGHT>
                        <defs>
                            <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                                <rect width="5" height="5" class="hatch-ground"></rect>
                                <line y2="5" class="hatch-line"></line>
                            </pattern>
                        </defs>
                        {lines}
                        {stacks}
                        {ticks}
                        {marks(chart.markers, chart.from, chart.to, HEIGHT - BOTTOM, &x)}
                    </svg>
                </div>
            </div>
            {table(chart, &bars)}
        </figure>
    }
    .into_any()
}

fn by_start(chart: &Histogram<'_>) -> BTreeMap<i64, Bar> {
    let mut bars: BTreeMap<i64, Bar> = BTreeMap::new();
    let empty = || Bar { counts: vec![0; chart.order.len()], suppressed: 0 };
    for (start, name, count) in chart.points {
        let Some(place) = chart.order.iter().position(|series| series == name) else { continue };
        bars.entry(*start).or_insert_with(empty).counts[place] += count;
    }
    for (start, count) in chart.suppressed.iter().filter(|(_, count)| *count > 0) {
        bars.entry(*start).or_insert_with(empty).suppressed += count;
    }
    bars
}

fn stack(
    chart: &Histogram<'_>,
    start: i64,
    bar: &Bar,
    (x, width): (f64, f64),
    y: &impl Fn(u64) -> f64,
) -> AnyView {
    let mut below = 0;
    let (at, wide) = (format!("{x:.3}%"), format!("{:.3}%", width * FILLED));
    let mut part = |count: u64, class: String| {
        let (top, bottom) = (y(below + count), y(below));
        below += count;
        view! { <rect x=at.clone() y=top width=wide.clone() height=(bottom - top).max(0.5) class=class></rect> }
            .into_any()
    };
    let counted = bar.counts.iter().enumerate().filter(|(_, count)| **count > 0);
    let mut parts: Vec<AnyView> = counted.map(|(i, count)| part(*count, colour(i))).collect();
    if bar.suppressed > 0 {
        parts.push(part(bar.suppressed, "hatched".to_owned()));
    }
    let text = in_words(chart, start, bar);
    let label = text.clone();
    // The whole height answers to the pointer, not only what is filled.
    let (place, filled) = (format!("{x:.3}%"), format!("{width:.3}%"));
    view! {
        <a href=(chart.zoom)(start, start + chart.step) aria-label=label tabindex="-1">
            <title>{text}</title>
            <rect x=place y=TOP width=filled height=HEIGHT - BOTTOM - TOP class="slot"></rect>
            {parts}
        </a>
    }
    .into_any()
}

fn in_words(chart: &Histogram<'_>, start: i64, bar: &Bar) -> String {
    let named = bar.counts.iter().zip(chart.order).filter(|(count, _)| **count > 0);
    let mut list: Vec<String> =
        named.map(|(count, name)| format!("{} {}", shown(name), format::thousands(*count))).collect();
    if bar.suppressed > 0 {
        list.push(format!("not kept {}", format::thousands(bar.suppressed)));
    }
    format!("{} UTC: {}", format::clock(start), list.join(", "))
}

/// Rows without a value have one as well.
fn shown(series: &str) -> &str {
    if series.is_empty() { "none" } else { series }
}

fn legend(chart: &Histogram<'_>, bars: &BTreeMap<i64, Bar>) -> AnyView {
    let entries = chart.order.iter().enumerate().map(|(i, name)| {
        let sum: u64 = bars.values().map(|bar| bar.counts[i]).sum();
        let label = match (chart.only)(name) {
            Some(href) => view! { <a href=href title=format!("Only {}", shown(name))>{shown(name).to_owned()}</a> }.into_any(),
            None => shown(name).to_owned().into_any(),
        };
        view! {
            <li>
                <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true"><rect width="10" height="10" rx="2" class=colour(i)></rect></svg>
                {label} <span class="muted num">{format::thousands(sum)}</span>
            </li>
        }
    });
    let entries = entries.collect_view();
    let suppressed: u64 = bars.values().map(|bar| bar.suppressed).sum();
    let suppressed = (suppressed > 0).then(|| {
        view! {
            <li>
                <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true"><rect width="10" height="10" rx="2" class="hatched"></rect></svg>
                "Not kept" <span class="muted num">{format::thousands(suppressed)}</span>
            </li>
        }
    });
    view! { <ul class="legend">{entries}{suppressed}{legend_of_events(chart.markers)}</ul> }.into_any()
}

fn table(chart: &Histogram<'_>, bars: &BTreeMap<i64, Bar>) -> AnyView {
    let head = chart
        .order
        .iter()
        .map(|name| view! { <th scope="col" class="num">{shown(name).to_owned()}</th> })
        .collect_view();
    let hatched = bars.values().any(|bar| bar.suppressed > 0);
    let rows = bars.iter().map(|(start, bar)| {
        let cells = bar.counts.iter().map(|n| view! { <td class="num">{format::thousands(*n)}</td> }).collect_view();
        let suppressed = hatched.then(|| view! { <td class="num">{format::thousands(bar.suppressed)}</td> });
        let zoom = (chart.zoom)(*start, start + chart.step);
        view! { <tr><th scope="row"><a href=zoom title="Zoom to this step">{format::date_time(*start)}</a></th>{cells}{suppressed}</tr> }
    });
    let rows = rows.collect_view();
    view! {
        <details class="chart-data">
            <summary>{format!("Table of rows in steps of {} s", chart.step / 1_000_000)}</summary>
            <div class="scroll" tabindex="0" role="region" aria-label=format!("{} as a table", chart.title)>
                <table>
                    <thead><tr><th scope="col">"From (UTC)"</th>{head}{hatched.then(|| view! { <th scope="col" class="num">"Not kept"</th> })}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}
