use std::f64::consts::TAU;

use leptos::prelude::*;

use super::colour;
use crate::format;

pub(super) const RADIUS: f64 = 60.0;
pub(super) const WIDTH: f64 = 26.0;

/// Parts of a whole as a ring: (label, count). The number in the middle is the sum, of things called `one` and `many`.
pub fn donut(title: &str, parts: &[(String, u64)], (one, many): (&'static str, &'static str)) -> AnyView {
    let sum: u64 = parts.iter().map(|(_, n)| n).sum();
    // Five digits at their full size fill the hole.
    let sum_class = match sum {
        0..100_000 => "donut-sum",
        100_000..10_000_000 => "donut-sum long",
        _ => "donut-sum longest",
    };
    let mut from = 0.0;
    let arcs: Vec<AnyView> = parts
        .iter()
        .enumerate()
        .filter(|(_, (_, n))| *n > 0)
        .map(|(i, (label, n))| {
            let share = *n as f64 / sum.max(1) as f64;
            let path = arc(from, share);
            from += share;
            let text = format!("{label}: {} ({})", format::thousands(*n), format::percent(share, 2));
            view! {
                <path class=format!("arc {}", colour(i)) d=path fill="none" stroke-width=WIDTH>
                    <title>{text}</title>
                </path>
            }
            .into_any()
        })
        .collect();
    view! {
        <svg class="donut" viewBox="-80 -80 160 160" role="img" aria-label=title.to_owned()>
            <circle r=RADIUS class="track" fill="none" stroke-width=WIDTH></circle>
            {arcs}
            <text class=sum_class text-anchor="middle" y="2">{format::thousands(sum)}</text>
            <text class="donut-unit" text-anchor="middle" y="18">{if sum == 1 { one } else { many }}</text>
        </svg>
    }
    .into_any()
}

/// The outline of a share of the circle, clockwise from `from`; both as parts of 1. A whole circle is two halves, since
/// an arc from a point to itself is nothing.
pub(super) fn arc(from: f64, share: f64) -> String {
    let at = |part: f64| {
        let angle = part * TAU - TAU / 4.0;
        (RADIUS * angle.cos(), RADIUS * angle.sin())
    };
    // A hair's breadth between two arcs keeps them apart without colour.
    let gap = if share < 0.999 { 0.004_f64.min(share / 4.0) } else { 0.0 };
    let (start, end) = (from + gap, from + share - gap);
    let middle = (start + end) / 2.0;
    let ((x0, y0), (x1, y1), (x2, y2)) = (at(start), at(middle), at(end));
    format!(
        "M{x0:.3} {y0:.3}A{RADIUS} {RADIUS} 0 0 1 {x1:.3} {y1:.3}A{RADIUS} {RADIUS} 0 0 1 {x2:.3} {y2:.3}"
    )
}
