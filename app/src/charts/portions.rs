use std::collections::BTreeMap;

use api::view::Marker;
use leptos::prelude::*;

use super::bars::{legend, marks};
use super::colour;
use crate::format;

const HEIGHT: f64 = 170.0;
const BOTTOM: f64 = 22.0;
const TOP: f64 = 8.0;

/// The shares that were in force for a time.
#[derive(Clone, Debug, PartialEq)]
pub struct InForce {
    /// Start, microseconds since 1970 UTC.
    pub from: i64,
    /// End.
    pub to: i64,
    /// The expected share of each series, in their order; 0 where it was not eligible.
    pub shares: Vec<f64>,
}

/// Shares of the answers over time.
#[derive(Clone, Debug)]
pub struct Portions<'a> {
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
    /// The series, in the order they are stacked and coloured.
    pub series: &'a [String],
    /// What was expected, when.
    pub in_force: &'a [InForce],
    /// Events of the window.
    pub markers: &'a [Marker],
}

/// A level between two series that the expected shares draw.
pub(super) struct Level {
    pub from: f64,
    pub to: f64,
    pub share: f64,
}

impl Portions<'_> {
    /// Counts of each bar by series.
    pub fn bars(&self) -> BTreeMap<i64, Vec<u64>> {
        let mut bars: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
        for (start, name, count) in self.points {
            let Some(place) = self.series.iter().position(|s| s == name) else { continue };
            bars.entry(*start).or_insert_with(|| vec![0; self.series.len()])[place] += count;
        }
        bars
    }

    /// The place of a moment along the width, in percent.
    pub(super) fn x(&self, at: i64) -> f64 {
        let step = self.step.max(1);
        let first = self.from.div_euclid(step) * step;
        let span = (self.to - first).max(step) as f64;
        ((at - first) as f64 / span * 100.0).clamp(0.0, 100.0)
    }

    /// The levels that expected shares draw between the series, from below.
    pub(super) fn levels(&self) -> Vec<Level> {
        let mut levels = Vec::new();
        for time in self.in_force {
            let (from, to) = (self.x(time.from), self.x(time.to));
            let mut below = 0.0;
            for share in &time.shares {
                below += share;
                if *share > 0.0 && below < 0.999 {
                    levels.push(Level { from, to, share: below });
                }
            }
        }
        levels
    }
}

/// Bars of equal height, parted by the shares of the series, with dashes where the configured shares part them.
pub fn portions_over_time(portions: &Portions<'_>) -> AnyView {
    let bars = portions.bars();
    let y = |share: f64| TOP + (1.0 - share) * (HEIGHT - BOTTOM - TOP);
    let stacks: Vec<AnyView> = bars
        .iter()
        .map(|(start, counts)| {
            let (x, end) = (portions.x(*start), portions.x(start + portions.step));
            let total = counts.iter().sum::<u64>().max(1) as f64;
            let mut below = 0;
            let parts: Vec<AnyView> = counts
                .iter()
                .enumerate()
                .filter(|(_, count)| **count > 0)
                .map(|(i, count)| {
                    let (top, bottom) = (y((below + count) as f64 / total), y(below as f64 / total));
                    below += count;
                    let (at, wide) = (format!("{x:.3}%"), format!("{:.3}%", (end - x) * 0.96));
                    view! { <rect x=at y=top width=wide height=bottom - top class=colour(i)></rect> }
                        .into_any()
                })
                .collect();
            let named = counts.iter().zip(portions.series).filter(|(n, _)| **n > 0);
            let list = named.map(|(n, name)| format!("{name} {}", format::percent(*n as f64 / total, 1)));
            let text = format!("{} UTC: {}", format::clock(*start), list.collect::<Vec<_>>().join(", "));
            view! { <g><title>{text}</title>{parts}</g> }.into_any()
        })
        .collect();
    let levels: Vec<AnyView> = portions
        .levels()
        .iter()
        .flat_map(|level| {
            let (from, to) = (format!("{:.3}%", level.from), format!("{:.3}%", level.to));
            let at = y(level.share);
            ["level halo", "level"].map(|class| {
                view! { <line x1=from.clone() x2=to.clone() y1=at y2=at class=class></line> }.into_any()
            })
        })
        .collect();
    let ticks = [0.0, 0.5, 1.0].map(|share| {
        view! { <text x="100%" y=y(share) + 4.0 text-anchor="end" class="chart-tick">{format::percent(share, 0)}</text> }
    });
    view! {
        <figure class="chart">
            {legend(portions.series, &bars, portions.markers)}
            <div class="plot" role="img" aria-label=portions.title.to_owned()>
                <svg width="52" height=HEIGHT>{ticks}</svg>
                <svg width="100%" height=HEIGHT>
                    {stacks}
                    {levels}
                    {moments(portions)}
                    {marks(portions.markers, portions.from, portions.to, HEIGHT - BOTTOM, &|at| portions.x(at))}
                </svg>
            </div>
        </figure>
    }
    .into_any()
}

/// The words of the moments along the bottom: place in percent, anchor, text.
pub(super) fn moment_ticks(from: i64, to: i64) -> Vec<(f64, &'static str, String)> {
    let span = to - from;
    let long = span > 86_400_000_000;
    (0..=4)
        .map(|i| {
            let at = from + span * i / 4;
            let text = if long {
                format::date_time(at).chars().skip(5).take(11).collect()
            } else {
                format::clock(at)
            };
            let anchor = match i {
                0 => "start",
                4 => "end",
                _ => "middle",
            };
            (i as f64 * 25.0, anchor, text)
        })
        .collect()
}

fn moments(portions: &Portions<'_>) -> Vec<AnyView> {
    let tick = |(place, anchor, text): (f64, &'static str, String)| {
        let class = if place == 25.0 || place == 75.0 { "chart-tick between" } else { "chart-tick" };
        view! { <text x=format!("{place}%") y=HEIGHT - 5.0 text-anchor=anchor class=class>{text}</text> }
            .into_any()
    };
    moment_ticks(portions.from, portions.to).into_iter().map(tick).collect()
}
