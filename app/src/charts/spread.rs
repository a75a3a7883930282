use leptos::prelude::*;
use model::split::{SplitMode, Spread, SpreadBar};

use crate::format;

const HEIGHT: f64 = 150.0;
const BOTTOM: f64 = 20.0;
const TOP: f64 = 8.0;

/// The words under a bar.
pub(super) fn label(bar: &SpreadBar) -> String {
    let number =
        |value: f64| if value.fract() == 0.0 { format!("{value:+.0}") } else { format!("{value:+.1}") };
    match (bar.low, bar.high) {
        (Some(0.0), Some(_)) => "0".to_owned(),
        (Some(low), Some(_)) => number(low),
        (None, Some(_)) => "less".to_owned(),
        _ => "more".to_owned(),
    }
}

/// Which bars have their words under them: those at whole numbers, and the two of all beyond.
pub(super) fn is_labelled(bar: &SpreadBar) -> bool {
    match (bar.low, bar.high) {
        (Some(low), Some(_)) => low.fract() == 0.0 && low as i64 % 2 == 0,
        _ => true,
    }
}

/// What is counted along the bottom.
pub(super) fn unit(spread: &Spread) -> &'static str {
    match spread.mode {
        SplitMode::Exact => "answers more or fewer than the share of the bucket",
        _ => "standard deviations of independent draws from the share of the bucket",
    }
}

/// The first bar and the one after the last that an exact schedule leaves members in; none for draws.
pub(super) fn allowed(spread: &Spread) -> Option<(usize, usize)> {
    let within = |bar: &SpreadBar| bar.low.is_some_and(|l| l >= -2.0) && bar.high.is_some_and(|h| h <= 2.0);
    let first = spread.bars.iter().position(within).filter(|_| spread.mode == SplitMode::Exact)?;
    Some((first, spread.bars.iter().rposition(within)? + 1))
}

/// The top of the axis.
pub(super) fn top(spread: &Spread) -> f64 {
    spread.bars.iter().map(|bar| (bar.seen as f64).max(bar.drawn)).fold(1.0, f64::max)
}

/// How often members strayed how far from their share, and how often draws would have: bars and dashed steps.
pub fn spread(spread: &Spread) -> AnyView {
    let count = spread.bars.len().max(1) as f64;
    let (wide, top) = (100.0 / count, top(spread));
    let y = |value: f64| TOP + (1.0 - value / top) * (HEIGHT - BOTTOM - TOP);
    let bars: Vec<AnyView> = spread
        .bars
        .iter()
        .enumerate()
        .map(|(i, bar)| {
            let x = i as f64 * wide;
            let (at, middle) = (format!("{:.3}%", x + wide * 0.08), format!("{:.3}%", x + wide / 2.0));
            let (from, to) = (format!("{x:.3}%"), format!("{:.3}%", x + wide));
            let height = y(0.0) - y(bar.seen as f64);
            let title = format!(
                "{}: {}, {:.0} if drawn",
                words(bar),
                format::count(bar.seen, "time", "times"),
                bar.drawn
            );
            let tick = is_labelled(bar).then(|| {
                view! { <text x=middle y=HEIGHT - 5.0 text-anchor="middle" class="chart-tick">{label(bar)}</text> }
            });
            view! {
                <g>
                    <title>{title}</title>
                    <rect x=from.clone() y=TOP width=format!("{wide:.3}%") height=HEIGHT - BOTTOM - TOP class="slot"></rect>
                    <rect x=at y=y(bar.seen as f64) width=format!("{:.3}%", wide * 0.84) height=height class="bar-plain"></rect>
                    <line x1=from x2=to y1=y(bar.drawn) y2=y(bar.drawn) class="drawn"></line>
                    {tick}
                </g>
            }
            .into_any()
        })
        .collect();
    let band = allowed(spread).map(|(first, end)| {
        let (x, width) =
            (format!("{:.3}%", first as f64 * wide), format!("{:.3}%", (end - first) as f64 * wide));
        view! { <rect x=x y=TOP width=width height=HEIGHT - BOTTOM - TOP class="track-bar"></rect> }
    });
    let key = band.is_some().then(|| {
        view! {
            <li><svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true"><rect width="10" height="10" rx="2" class="track-bar"></rect></svg>"What an exact schedule allows"</li>
        }
    });
    view! {
        <div class="chart">
            <ul class="legend">
                <li><svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true"><rect width="10" height="10" rx="2" class="bar-plain"></rect></svg>"Seen"</li>
                <li><svg width="18" height="10" aria-hidden="true"><line x1="0" x2="18" y1="5" y2="5" class="drawn"></line></svg>"What independent draws would give"</li>
                {key}
            </ul>
            <div class="plot one" role="img" aria-label="How far members strayed from their share in buckets of 10 seconds">
                <svg width="100%" height=HEIGHT>
                    {band}
                    <line x2="100%" y1=y(0.0) y2=y(0.0) class="grid"></line>
                    {bars}
                </svg>
            </div>
            <p class="chart-unit">{unit(spread)}</p>
        </div>
    }
    .into_any()
}

/// The range of a bar in words.
fn words(bar: &SpreadBar) -> String {
    match (bar.low, bar.high) {
        (Some(low), Some(high)) => format!("{low:+.1} to {high:+.1}"),
        (None, Some(high)) => format!("below {high:+.1}"),
        (Some(low), None) => format!("{low:+.1} and above"),
        (None, None) => "any".to_owned(),
    }
}
