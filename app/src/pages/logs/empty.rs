//! No row to show: why, and what to do next.

use leptos::prelude::*;
use model::filter::Filter;

use super::view::{Found, LogsView};
use crate::components::Empty;
use crate::format;

/// In place of the table.
pub fn empty(view: &LogsView, found: &Found) -> AnyView {
    let answered = found.totals.answered;
    let filtered = !view.state.filter.is_empty();
    match answered {
        _ if filtered && answered > 0 => {
            let text = format!("{} in this window, none of which the filter matches.", format::count(answered, "answer", "answers"));
            let clear = view.state.filtered(&Filter::All).href();
            view! { <Empty title="Nothing matches" text=text><a class="button" href=clear>"Clear the filter"</a></Empty> }.into_any()
        }
        0 => view! { <Empty title="No query in this window" text="Nothing was asked. Choose a longer window, or ask for a name with dig."/> }.into_any(),
        _ if view.off => {
            let text = format!("This server counts queries and stores none (it was started with --log off): {} in this window.", format::count(answered, "answer", "answers"));
            view! { <Empty title="Rows are not kept" text=text/> }.into_any()
        }
        _ => {
            let text = format!("{} were counted, and none of their rows is stored.", format::count(answered, "answer", "answers"));
            view! { <Empty title="No row was kept" text=text/> }.into_any()
        }
    }
}
