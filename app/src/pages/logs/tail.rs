//! The log as it is written, row by row.

use leptos::prelude::*;

use super::query::query_bar;
use super::table::{column_choice, columns, is_number, is_wide};
use super::view::LogsView;
use crate::components::{Command, Crumbs, PageHead};
use crate::format;
use crate::islands::Tail;

/// Rows that a page which follows keeps at most; older ones go.
const KEPT: u32 = 1000;

/// The page that follows.
pub fn tail(view: &LogsView) -> AnyView {
    let state = &view.state;
    let heads = columns(state).map(|(name, word)| {
        let class = format!("h-{name}{}", if is_number(name) { " num" } else { "" });
        view! { <th scope="col" class=class>{word}</th> }
    });
    let widths = columns(state).map(|(name, _)| view! { <col class=format!("w-{name}")/> });
    let (heads, widths) = (heads.collect_view(), widths.collect_view());
    let choice = column_choice(state, "/logs/tail");
    let bar = query_bar(view, "/logs/tail");
    let follow = view.problem.is_none().then(|| {
        let source = format!("/api/v1/logs/tail?filter={}", format::in_query(&state.filter));
        view! { <Tail source=source columns=state.columns.join(",") kept=KEPT/> }
    });
    let wide = is_wide(state);
    let command = match state.filter.is_empty() {
        true => "steelyard logs tail".to_owned(),
        false => format!("steelyard logs tail --filter {}", quoted(&state.filter)),
    };
    view! {
        <Crumbs items=vec![("Logs".to_owned(), state.href())]/>
        <PageHead title="Follow" lede="Rows as they are written, the newest first">{choice}</PageHead>
        {bar}
        {follow}
        <noscript>
            <p class="hint">"Following needs scripts. In a terminal, this does the same:"</p>
            <Command text=command.clone()/>
        </noscript>
        <div class="scroll" class:wide=wide tabindex="0" role="region" aria-label="Rows as they are written">
            <table class="lines log" data-tail="">
                <colgroup><col class="w-ts"/>{widths}</colgroup>
                <thead><tr><th scope="col">"Time (UTC)"</th>{heads}</tr></thead>
                <tbody></tbody>
            </table>
        </div>
        <p class="page-foot"><span class="muted">"In a terminal: "<code>{command}</code></span></p>
    }
    .into_any()
}

/// A text as one word of a shell.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn nothing_in_a_word_of_the_shell_means_anything() {
        assert_eq!(quoted("rcode != $(id) 'x'"), r"'rcode != $(id) '\''x'\'''");
    }
}
