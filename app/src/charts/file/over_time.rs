//! What changes over time.

use std::collections::BTreeMap;

use api::view::Marker;

use super::canvas::{Anchor, BAD, Canvas, GOOD, INNER, LINE, MARGIN, MUTED, TEXT, series};
use crate::charts::bars::nice;
use crate::charts::portions::moment_ticks;
use crate::charts::{Bars, Portions};
use crate::format;

/// Width of the numbers at the left.
const AXIS: f64 = 64.0;
const HEIGHT: f64 = 240.0;

/// The place of the plot on the paper.
struct Plot {
    top: f64,
}

impl Plot {
    /// Of a place in percent of the width, and a part of the height from below.
    fn at(&self, percent: f64, part: f64) -> (f64, f64) {
        (MARGIN + AXIS + percent / 100.0 * (INNER - AXIS), self.top + (1.0 - part) * HEIGHT)
    }

    fn axis(&self, canvas: &mut Canvas, levels: &[(f64, String)], (from, to): (i64, i64)) {
        for (part, text) in levels {
            let (left, right) = (self.at(0.0, *part), self.at(100.0, *part));
            canvas.line(left, right, LINE, "");
            canvas.text(left.0 - 8.0, left.1 + 4.0, Anchor::End, MUTED, text);
        }
        for (place, anchor, text) in moment_ticks(from, to) {
            let anchor = match anchor {
                "start" => Anchor::Start,
                "end" => Anchor::End,
                _ => Anchor::Middle,
            };
            let (x, y) = self.at(place, 0.0);
            canvas.text(x, y + 18.0, anchor, MUTED, &text);
        }
        canvas.y = self.top + HEIGHT + 24.0;
    }

    fn events(
        &self,
        canvas: &mut Canvas,
        markers: &[Marker],
        (from, to): (i64, i64),
        x: &dyn Fn(i64) -> f64,
    ) {
        for marker in markers.iter().filter(|marker| (from..=to).contains(&marker.at)) {
            let colour = if marker.good { GOOD } else { BAD };
            let (top, bottom) = (self.at(x(marker.at), 1.0), self.at(x(marker.at), 0.0));
            canvas.line(top, bottom, colour, r#"stroke-dasharray="2 3""#);
        }
    }
}

fn moments(from: i64, to: i64) -> String {
    format!("{} to {} UTC", format::date_time(from), format::date_time(to))
}

/// Counts over time, stacked by series.
pub fn bars_file(title: &str, bars: &Bars<'_>) -> String {
    let mut by_start: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
    for (start, name, count) in bars.points {
        let Some(place) = bars.order.iter().position(|s| s == name) else { continue };
        by_start.entry(*start).or_insert_with(|| vec![0; bars.order.len()])[place] += count;
    }
    let top = nice(by_start.values().map(|counts| counts.iter().sum()).max().unwrap_or(0));
    let (step, last) = (bars.step.max(1), bars.to);
    let first = bars.from.div_euclid(step) * step;
    let span = (last - first).max(step) as f64;
    let x = |at: i64| ((at - first) as f64 / span * 100.0).clamp(0.0, 100.0);
    let about = format!("{}, {} in steps of {} s", moments(bars.from, last), bars.unit, step / 1_000_000);
    let mut canvas = Canvas::new(title, &about);
    legend(&mut canvas, bars.order, &by_start);
    let plot = Plot { top: canvas.y };
    let levels = [0, top / 2, top].map(|count| (count as f64 / top as f64, format::thousands(count)));
    plot.axis(&mut canvas, &levels, (bars.from, last));
    for (start, counts) in &by_start {
        let mut below = 0;
        for (i, count) in counts.iter().enumerate() {
            let (left, low) = plot.at(x(*start), below as f64 / top as f64);
            below += count;
            let (right, high) = plot.at(x(start + step), below as f64 / top as f64);
            canvas.rect((left, high), ((right - left) * 0.9, low - high), series(i));
        }
    }
    plot.events(&mut canvas, bars.markers, (bars.from, last), &x);
    canvas.finish()
}

/// Shares over time, with the expected ones as dashes.
pub fn portions_file(title: &str, portions: &Portions<'_>) -> String {
    let by_start = portions.bars();
    let about = format!(
        "{}, in steps of {} s; dashes are where the configured shares part the members",
        moments(portions.from, portions.to),
        portions.step / 1_000_000
    );
    let mut canvas = Canvas::new(title, &about);
    legend(&mut canvas, portions.series, &by_start);
    let plot = Plot { top: canvas.y };
    let levels = [0.0, 0.5, 1.0].map(|share| (share, format::percent(share, 0)));
    plot.axis(&mut canvas, &levels, (portions.from, portions.to));
    for (start, counts) in &by_start {
        let total = counts.iter().sum::<u64>().max(1) as f64;
        let mut below = 0;
        for (i, count) in counts.iter().enumerate() {
            let (left, low) = plot.at(portions.x(*start), below as f64 / total);
            below += count;
            let (right, high) = plot.at(portions.x(start + portions.step), below as f64 / total);
            canvas.rect((left, high), ((right - left) * 0.96, low - high), series(i));
        }
    }
    for level in portions.levels() {
        let ends = (plot.at(level.from, level.share), plot.at(level.to, level.share));
        canvas.line(ends.0, ends.1, "#ffffff", r#"stroke-width="3""#);
        canvas.line(ends.0, ends.1, TEXT, r#"stroke-width="1.5" stroke-dasharray="6 4""#);
    }
    plot.events(&mut canvas, portions.markers, (portions.from, portions.to), &|at| portions.x(at));
    canvas.finish()
}

fn legend(canvas: &mut Canvas, names: &[String], by_start: &BTreeMap<i64, Vec<u64>>) {
    let sum = |i: usize| by_start.values().filter_map(|counts| counts.get(i)).sum::<u64>();
    let entries: Vec<(String, &str)> = names
        .iter()
        .enumerate()
        .map(|(i, name)| (format!("{name} {}", format::thousands(sum(i))), series(i)))
        .collect();
    canvas.legend(&entries);
}
