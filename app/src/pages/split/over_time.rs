//! How the split went over time.

use api::view::SplitView;
use leptos::prelude::*;
use model::split::{SplitMode, Spread};

use super::{Figure, Figures, Files};
use crate::charts::{portions_over_time, spread as spread_chart, stacked_bars, stacked_rows};
use crate::format;

/// Answers, their shares, how far members strayed from them, and what each site had of them.
pub fn section(view: &SplitView, figures: &Figures<'_>, files: &Files) -> AnyView {
    let spread = view.spread.as_ref().map(|spread| spread_card(spread, figures, files));
    let shares = figures.shares();
    let dashes = if shares.in_force.is_empty() {
        "Each bar is the whole of its answers."
    } else {
        "Each bar is the whole of its answers; the dashes are where the shares in force part them."
    };
    view! {
        <section class="card">
            <h2>"Answers over time"</h2>
            {stacked_bars(&figures.answers())}
            {files.links("answers over time", Figure::Answers)}
        </section>
        <section class="card">
            <h2>"Shares over time"</h2>
            <p class="muted">{dashes}</p>
            {portions_over_time(&shares)}
            {files.data(figures, Figure::Shares)}
        </section>
        <div class="multiples">
            {spread}
            <section class="card">
                <h2>"By site"</h2>
                {stacked_rows(&figures.sites(), &figures.series)}
                {files.data(figures, Figure::Sites)}
            </section>
        </div>
    }
    .into_any()
}

fn spread_card(spread: &Spread, figures: &Figures<'_>, files: &Files) -> AnyView {
    let buckets = format::count(spread.buckets, "bucket", "buckets");
    let said = match spread.mode {
        SplitMode::Exact => format!(
            "In {buckets} of 10 s since {} UTC, no member strayed by more than {:.1} answers from its share of the bucket; an exact \
             schedule allows 2, 2 more where it began anew, and what was under way when a bucket ended. Independent draws would have strayed by {:.0} answers as a rule in the \
             fullest of them, and lie under the dashes.",
            format::date_time(spread.from),
            spread.largest,
            spread.drawn_deviation
        ),
        _ => format!(
            "In {buckets} of 10 s since {} UTC, each member's deviation from its share of the bucket, measured in what independent \
             draws stray by as a rule. Fair draws follow the dashes; the farthest member strayed by {:.0} answers.",
            format::date_time(spread.from),
            spread.largest
        ),
    };
    view! {
        <section class="card">
            <h2>"How far members strayed"</h2>
            <p class="muted">{said}</p>
            {spread_chart(spread)}
            {files.data(figures, Figure::Spread)}
        </section>
    }
    .into_any()
}
