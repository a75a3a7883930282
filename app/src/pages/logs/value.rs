//! A value of a row, which includes or excludes itself.

use leptos::prelude::*;
use model::filter::{Field, Filter};

use super::state::LogState;

/// Where a value leads to.
pub struct Links {
    /// The condition, in words.
    pub test: String,
    /// Only rows that have it.
    pub only: String,
    /// Only rows that do not.
    pub not: String,
}

/// The links of a condition.
pub fn links(state: &LogState, filter: &Filter, test: Filter) -> Links {
    let only = state.filtered(&filter.narrowed(test.clone())).href();
    let not = state.filtered(&filter.narrowed(test.opposite())).href();
    Links { test: test.to_string(), only, not }
}

/// The links of a column's value; none when the column is no field of filters, or its value cannot be asked for alone.
pub fn of_column(state: &LogState, filter: &Filter, column: &str, text: &str) -> Option<Links> {
    let field: Field = column.parse().ok()?;
    // Nobody looks for the one row of this very moment, and several answers are no address.
    let alone = field != Field::Ts && !(field == Field::Answers && text.contains(';'));
    let test = Filter::equal(field, text).filter(|_| alone)?;
    Some(links(state, filter, test))
}

/// A value in a table: it includes itself; what excludes it shows beside it when it is pointed at.
pub fn in_table(text: &str, links: Option<Links>) -> AnyView {
    let Some(links) = links.filter(|_| !text.is_empty()) else { return text.to_owned().into_any() };
    view! {
        <a class="value" href=links.only title=format!("Only {}", links.test)>{text.to_owned()}</a>
        // The opened row has the same for the keyboard; hundreds of stops would be in its way here.
        <a class="not" href=links.not tabindex="-1" title=format!("Not {}", links.test) aria-label=format!("Not {}", links.test)>"≠"</a>
    }
    .into_any()
}

/// The two actions of a value, as they stand beside it.
pub fn actions(links: &Links) -> AnyView {
    view! {
        <span class="value-actions">
            <a class="only" href=links.only.clone() title=format!("Only {}", links.test) aria-label=format!("Only {}", links.test)>"="</a>
            <a class="only" href=links.not.clone() title=format!("Not {}", links.test) aria-label=format!("Not {}", links.test)>"≠"</a>
        </span>
    }
    .into_any()
}
