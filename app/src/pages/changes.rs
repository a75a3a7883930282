//! The history of changes.

use api::view::{RevisionDetail, RevisionLine};
use leptos::prelude::*;
use model::plan::Change;

use crate::components::{Crumbs, Empty, PageHead, Time};
use crate::format;

/// The list, newest first.
pub fn list(lines: &[RevisionLine], next: Option<u64>, now: i64) -> impl IntoView + use<> {
    let row = |line: &RevisionLine| {
        let generation = line.generation;
        let reason = if line.reason.is_empty() { "–".to_owned() } else { line.reason.clone() };
        view! {
            <tr>
                <th scope="row" class="num"><a href=format!("/changes/{generation}")>{format::thousands(generation)}</a></th>
                <td>{line.actor.clone()}</td>
                <td><Time at=line.at now=now/></td>
                <td>{line.source.clone()}</td>
                <td class="wrap">{reason}</td>
            </tr>
        }
        .into_any()
    };
    let content = if lines.is_empty() {
        view! { <Empty title="No change yet" text="Every change of the configuration is kept here: who, when, why, and what it changed."/> }.into_any()
    } else {
        view! {
            <div class="scroll" tabindex="0" role="region" aria-label="Changes">
                <table class="lines">
                    <thead>
                        <tr><th scope="col" class="num">"Generation"</th><th scope="col">"By"</th><th scope="col">"When"</th><th scope="col">"From"</th><th scope="col">"Reason"</th></tr>
                    </thead>
                    <tbody>{lines.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <PageHead title="Changes" lede="Every change of the configuration; any of them can be reverted"/>
        {content}
        {next.map(|before| view! { <p><a class="button" href=format!("/changes?before={before}")>"Older changes"</a></p> })}
    }
}

/// One change.
pub fn detail(view: &RevisionDetail, now: i64) -> impl IntoView + use<> {
    let line = &view.line;
    let generation = line.generation;
    view! {
        <Crumbs items=vec![("Changes".to_owned(), "/changes".to_owned())]/>
        <PageHead title=format!("Generation {}", format::thousands(generation)) lede=line.reason.clone()>
            <form method="post" action=format!("/changes/{generation}/revert")>
                <button class="button" type="submit">"Revert this change"</button>
            </form>
        </PageHead>
        <dl class="facts">
            <div><dt>"By"</dt><dd>{line.actor.clone()}</dd></div>
            <div><dt>"When"</dt><dd>{format!("{} UTC, ", format::date_time(line.at))}<Time at=line.at now=now/></dd></div>
            <div><dt>"From"</dt><dd>{line.source.clone()}</dd></div>
        </dl>
        {view.changes.iter().map(change).collect_view()}
    }
}

/// Name and type of a record set stand in the path of each of its fields.
fn is_key_of_record(path: &str) -> bool {
    path.starts_with("records[") && (path.ends_with("].name") || path.ends_with("].type"))
}

/// Most fields of a change that are shown; a zone may have hundreds of thousands.
const MAX_FIELDS: usize = 500;

/// One object that differs, field by field.
pub fn change(change: &Change) -> AnyView {
    let mut fields = change.fields();
    fields.retain(|field| !is_key_of_record(&field.field));
    let left = fields.len().saturating_sub(MAX_FIELDS);
    fields.truncate(MAX_FIELDS);
    let more = (left > 0).then(|| {
        view! { <p class="muted">{format!("And {} more fields.", format::thousands(left as u64))}</p> }
    });
    let rows: Vec<AnyView> = fields
        .into_iter()
        .map(|field| {
            let side = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
            view! {
                <tr>
                    <th scope="row" class="mono wrap">{field.field}</th>
                    <td class="mono wrap before">{side(field.before)}</td>
                    <td class="mono wrap after">{side(field.after)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let verb = match change.verb() {
        "add" => "Added",
        "remove" => "Removed",
        _ => "Changed",
    };
    view! {
        <section>
            <h2>{format!("{verb} {} {}", change.kind.as_str(), change.name)}</h2>
            <div class="scroll" tabindex="0" role="region" aria-label=format!("Fields of {}", change.name)>
                <table class="lines">
                    <thead><tr><th scope="col">"Field"</th><th scope="col">"Before"</th><th scope="col">"After"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {more}
        </section>
    }
    .into_any()
}
