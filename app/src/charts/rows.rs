use leptos::prelude::*;

use super::colour;
use super::shares::scale;
use crate::format;

/// One bar of [`Rows`].
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is of.
    pub name: String,
    /// (series, count) from left to right.
    pub parts: Vec<(usize, u64)>,
    /// The share it should have.
    pub expected: Option<f64>,
}

impl Row {
    /// Its count.
    pub fn count(&self) -> u64 {
        self.parts.iter().map(|(_, count)| count).sum()
    }
}

/// Parts of a whole as bars, each made of series.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// What the chart is about, for screen readers.
    pub title: String,
    /// What all of it is, of which the bars are shares.
    pub total: u64,
    /// Whether the series are no members, and have no colours of their own.
    pub plain: bool,
    /// The bars, from above.
    pub rows: Vec<Row>,
}

impl Rows {
    /// The share of a bar, 0 to 1.
    pub fn share(&self, row: &Row) -> f64 {
        row.count() as f64 / self.total.max(1) as f64
    }

    /// Step and number of steps of the axis.
    pub(super) fn scale(&self) -> (f64, u32) {
        let most = self.rows.iter().map(|row| self.share(row).max(row.expected.unwrap_or(0.0)));
        scale(most.fold(0.0, f64::max))
    }
}

/// The bars, with the share of each beside it. Positions are in percent of the width, so that text keeps its size.
pub fn stacked_rows(rows: &Rows, names: &[String]) -> AnyView {
    let (step, steps) = rows.scale();
    let top = step * f64::from(steps);
    let x = |share: f64| format!("{:.3}%", (share / top).clamp(0.0, 1.0) * 100.0);
    let bar = |row: &Row| {
        let mut before = 0;
        let parts: Vec<AnyView> = row
            .parts
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(series, count)| {
                let share = |count: u64| count as f64 / rows.total.max(1) as f64;
                let (from, wide) = (x(share(before)), x(share(*count)));
                before += count;
                view! { <rect x=from y="3" width=wide height="14" class=if rows.plain { "bar-plain".to_owned() } else { colour(*series) }></rect> }.into_any()
            })
            .collect();
        let said = |(series, count): &(usize, u64)| match names.get(*series) {
            Some(name) if !rows.plain => format!("{name} {}", format::thousands(*count)),
            _ => format::thousands(*count),
        };
        let list: Vec<String> = row.parts.iter().filter(|(_, n)| *n > 0).map(said).collect();
        let text = format!("{}: {}", row.name, list.join(", "));
        let expected = row.expected.map(|share| {
            view! { <line x1=x(share) x2=x(share) y1="0" y2="20" class="expected"></line> }
        });
        view! {
            <div class="share-row" title=text>
                <span class="share-name">{row.name.clone()}</span>
                <svg class="share-plot" width="100%" height="20">
                    <rect y="3" width="100%" height="14" rx="2" class="track-bar"></rect>
                    {parts}
                    {expected}
                </svg>
                <span class="share-value">{format::percent(rows.share(row), 1)}</span>
            </div>
        }
        .into_any()
    };
    view! {
        <div class="share-bars" role="img" aria-label=rows.title.clone()>
            {rows.rows.iter().map(bar).collect_view()}
        </div>
    }
    .into_any()
}
