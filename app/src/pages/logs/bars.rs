//! Rows over time, divided by the values of a column.

use std::collections::BTreeMap;

use api::view::By;
use leptos::prelude::*;
use model::filter::{Field, Filter};

use super::query::times;
use super::state::{Asked, DIVISIONS, test};
use super::view::{Found, LogsView};
use super::{known, value};
use crate::charts::{Histogram, histogram};

/// Codes in the order in which they are stacked: what is well lies at the bottom.
const CODES: [&str; 7] = ["NOERROR", "NXDOMAIN", "REFUSED", "SERVFAIL", "FORMERR", "NOTIMP", "DROPPED"];
/// Series with a colour of their own.
const MOST_SERIES: usize = 7;
/// All other values together.
const OTHERS: &str = "others";

/// The card.
pub fn card(view: &LogsView, found: &Found, now: i64) -> AnyView {
    let state = &view.state;
    let points = few(&found.bars.points, state.by);
    let order = order(&points, state.by);
    let zoom = |from: i64, to: i64| state.between(from, to).href();
    // Times take the place of the two words when a part is chosen.
    let brushed = state.with(|state| {
        state.asked = Asked::Between("FROM".to_owned(), "TO".to_owned());
        (state.before, state.row) = (None, None);
    });
    let only = |name: &str| {
        let test = test(state.by, name).filter(|_| name != OTHERS)?;
        Some(value::links(state, &view.filter, test).only)
    };
    let word = DIVISIONS.iter().find(|(by, _)| *by == state.by).map_or("", |(_, word)| word);
    let chart = histogram(&Histogram {
        title: &format!("Rows over time by {}", word.to_lowercase()),
        from: view.from,
        to: view.to.min(now),
        step: found.bars.step,
        points: &points,
        suppressed: &found.bars.suppressed,
        order: &order,
        markers: &found.markers,
        zoom: &zoom,
        only: &only,
        brushed: &brushed.href(),
    });
    let suppressed: u64 = found.bars.suppressed.iter().map(|(_, count)| count).sum();
    let hatched = (suppressed > 0).then_some(match view.filter {
        Filter::All => "Hatched: answers whose rows a throttle left out, or that were lost. They are counted all the same.",
        _ => "Hatched: answers without a row, of the services that the filter admits; whether the rest of it admits them nobody can say.",
    });
    let division = DIVISIONS.map(|(by, word)| {
        let href = state.with(|state| state.by = by).href();
        view! { <a href=href aria-current=(by == state.by).then_some("true")>{word}</a> }
    });
    view! {
        <section class="card logs-chart">
            <div class="card-head">
                <h2>{known::rows(&found.count)}</h2>
                <nav class="segmented" aria-label="What the bars are divided by">{division.to_vec()}</nav>
            </div>
            {known::how(found.count.basis, found.count.searched_to).map(|text| view! { <p class="hint">{text}</p> })}
            {chart}
            {known::how(found.bars.basis, found.bars.searched_to).map(|text| view! { <p class="hint">"The bars: "{text}</p> })}
            {hatched.map(|text| view! { <p class="hint">{text}</p> })}
            {times(view, now)}
        </section>
    }
    .into_any()
}

/// The points with all but the most frequent values taken together.
fn few(points: &[(i64, String, u64)], by: By) -> Vec<(i64, String, u64)> {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, name, count) in points {
        *sums.entry(name).or_default() += count;
    }
    if sums.len() <= MOST_SERIES || by == By::Field(Field::Rcode) {
        return points.to_vec();
    }
    let mut ranks: Vec<(&str, u64)> = sums.into_iter().collect();
    ranks.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let kept: Vec<&str> = ranks.into_iter().take(MOST_SERIES).map(|(name, _)| name).collect();
    let name_of = |name: &str| if kept.contains(&name) { name.to_owned() } else { OTHERS.to_owned() };
    points.iter().map(|(start, name, count)| (*start, name_of(name), *count)).collect()
}

/// Codes keep their colours whatever there is; other values are stacked by name, so that theirs change little.
fn order(points: &[(i64, String, u64)], by: By) -> Vec<String> {
    let mut names: Vec<String> = points.iter().map(|(_, name, _)| name.clone()).collect();
    names.sort();
    names.dedup();
    let rank = |name: &String| match by {
        By::Field(Field::Rcode) => CODES.iter().position(|code| code == name).unwrap_or(CODES.len()),
        // Rows without a value, then all the others, on top of what has a name.
        _ => usize::from(name.is_empty()) + 2 * usize::from(name == OTHERS),
    };
    names.sort_by_key(rank);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_values_are_taken_together_and_nothing_is_lost() {
        let points: Vec<(i64, String, u64)> =
            (0..20).map(|i| (0, format!("10.0.0.{i:02}"), 100 - i)).collect();
        let by = By::Field(Field::Member);
        let few = few(&points, by);
        assert_eq!(few.iter().map(|p| p.2).sum::<u64>(), points.iter().map(|p| p.2).sum::<u64>());
        let order = order(&few, by);
        assert_eq!((order.len(), order.last().map(String::as_str)), (8, Some("others")));
    }

    #[test]
    fn codes_are_stacked_from_the_best_to_the_worst() {
        let points: Vec<(i64, String, u64)> =
            ["SERVFAIL", "YXDOMAIN", "NOERROR"].map(|code| (0, code.to_owned(), 1)).to_vec();
        assert_eq!(order(&points, By::Field(Field::Rcode)), ["NOERROR", "SERVFAIL", "YXDOMAIN"]);
    }
}
