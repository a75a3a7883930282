//! What the query log keeps: limits, filters, how long and how much.

use api::draft::{LogFilterDraft, LoggingDraft, ThrottleDraft};
use leptos::prelude::*;
use model::Problems;

use crate::components::{Crumbs, Field, PageHead, ProblemSummary, Reason, icon};
use crate::pages::{Carried, error_of};

/// The form.
pub fn log_policy(draft: &LoggingDraft, problems: &Problems, carried: &Carried) -> impl IntoView + use<> {
    let error = |field: &str| error_of(problems, field);
    let filters: Vec<AnyView> =
        draft.filters.iter().enumerate().map(|(index, draft)| filter(index, draft, problems)).collect();
    let none = filters.is_empty().then(|| {
        view! { <p class="muted">"There is no filter: rows are significant or not, and no row is filtered."</p> }
    });
    view! {
        <Crumbs items=vec![("Logs".to_owned(), "/logs".to_owned())]/>
        <PageHead title="What the log keeps" lede="Counters are exact whatever is set here; rows are for looking closer"/>
        <ProblemSummary problems=problems.clone()/>
        <form method="post" class="log-policy">
            <input type="hidden" name="generation" value=carried.generation/>
            {limits("service", "Rows a second of each service", &draft.service, problems)}
            {limits("site", "Rows a second of the whole site", &draft.site, problems)}
            <fieldset class="card">
                <legend>"How long, and how much"</legend>
                <div class="fields">
                    <Field label="Kept for" name="retention" value=draft.retention.clone() class="num" hint="Whole days, as 7d" error=error("retention")/>
                    <Field label="GiB on disk at most" name="retention_gib" value=draft.retention_gib.clone() inputmode="numeric" class="num"
                        placeholder="no limit" hint="The oldest days go first, the current one never" error=error("retention_gib")/>
                </div>
            </fieldset>
            <fieldset class="card" id="filters">
                <legend>"Filters"</legend>
                <p class="hint">"Rows that a filter asks for are filtered: they have limits of their own, so that they are kept where others are not."</p>
                {none}
                {filters}
                {error("filters").map(|text| view! { <p class="error">{text}</p> })}
                <button class="quiet" type="submit" name="add_filter" value="1" formnovalidate=true>{icon("plus")}"Add a filter"</button>
            </fieldset>
            <section class="card fields save">
                <Reason value=carried.reason.clone()/>
                <div class="actions">
                    <button class="button primary" type="submit">"Save"</button>
                    <a class="button" href="/logs">"Cancel"</a>
                </div>
            </section>
        </form>
    }
}

fn limits(at: &'static str, legend: &'static str, draft: &ThrottleDraft, problems: &Problems) -> AnyView {
    let limit = |field: &str, label: &str, hint: &str, value: &str| {
        let name = format!("{at}.{field}");
        let error = error_of(problems, &name);
        view! {
            <Field label=label.to_owned() name=name value=value.to_owned() inputmode="numeric" class="num" hint=hint.to_owned() error=error/>
        }
    };
    view! {
        <fieldset class="card">
            <legend>{legend}</legend>
            <p class="hint">"0 keeps all. Of more than the limit a fair sample is kept, and each row says how many it stands for."</p>
            <div class="fields">
                {limit("significant", "Significant", "Errors and what else stands out", &draft.significant)}
                {limit("filtered", "Filtered", "What the filters below ask for", &draft.filtered)}
                {limit("non_significant", "All other", "Plain answers", &draft.non_significant)}
            </div>
        </fieldset>
    }
    .into_any()
}

fn filter(index: usize, draft: &LogFilterDraft, problems: &Problems) -> AnyView {
    let (at, n) = (format!("filters.{index}"), index + 1);
    let error = |field: &str| error_of(problems, &format!("{at}.{field}"));
    view! {
        <div class="log-filter" role="group" aria-label=format!("Filter {n}")>
            <Field label="Name" name=format!("{at}.name") value=draft.name.clone() placeholder="campus" error=error("name")/>
            <Field label="Rows" name=format!("{at}.match") value=draft.matches.clone() class="mono"
                placeholder="client_ip in (10.0.0.0/8)" hint="In the language of the log\u{2019}s own filter" error=error("match")/>
            <Field label="Until" name=format!("{at}.until") value=draft.until.clone() class="mono" placeholder="2026-12-01T00:00:00Z"
                hint="UTC; empty for ever" error=error("until")/>
            <button class="quiet" type="submit" name="remove" value=at.clone() formnovalidate=true
                aria-label=format!("Remove filter {n}")>"Remove"</button>
        </div>
    }
    .into_any()
}
