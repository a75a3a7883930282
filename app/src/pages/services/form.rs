use api::draft::ServiceDraft;
use leptos::prelude::*;
use model::Problems;
use model::config::PoolChoice;

use super::FormMode;
use super::pool_form::pool;
use crate::components::{Checkbox, Crumbs, Field, PageHead, ProblemSummary, Reason, Select, TextArea, icon};
use crate::islands::WeightShares;
use crate::pages::{Carried, error_of};

/// What the form offers to choose from.
#[derive(Clone, Debug, Default)]
pub struct ServiceChoices {
    /// Zones, one of which the name has to be in.
    pub zones: Vec<String>,
    /// Locations of members.
    pub locations: Vec<String>,
    /// Monitors.
    pub monitors: Vec<String>,
}

const DOWN_RESPONSES: [(&str, &str); 6] = [
    ("fail_open", "As if all were up (fail open)"),
    ("all_records", "Every member"),
    ("empty", "An empty answer"),
    ("fallback", "These addresses"),
    ("cname", "An alias for this name"),
    ("none", "No answer at all"),
];

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

/// The form of a service. Every button is a plain submit: rows are added and removed without wasm as well.
pub fn form(
    mode: FormMode,
    draft: &ServiceDraft,
    problems: &Problems,
    choices: &ServiceChoices,
    carried: &Carried,
) -> impl IntoView + use<> {
    let (title, crumbs, back) = match &mode {
        FormMode::New => ("New service".to_owned(), Vec::new(), "/services".to_owned()),
        FormMode::Edit(name) => (
            format!("Edit {name}"),
            vec![(name.clone(), format!("/services/{name}"))],
            format!("/services/{name}"),
        ),
    };
    let crumbs = [vec![("Services".to_owned(), "/services".to_owned())], crumbs].concat();
    let zones = match choices.zones.as_slice() {
        [] => "There is no zone yet: create one first.".to_owned(),
        some => format!("A name in {}", some.join(" or ")),
    };
    let error = |field: &str| error_of(problems, field);
    let monitors: Vec<AnyView> = choices
        .monitors
        .iter()
        .map(|name| {
            let checked = draft.monitors.contains(name);
            view! { <Checkbox label=name.clone() name="monitors" value=name.clone() id=format!("monitors-{name}") checked=checked/> }
                .into_any()
        })
        .collect();
    let monitors = if monitors.is_empty() {
        view! { <p class="hint">"None defined: members count as up. "<a href="/monitors/new">"Define one"</a></p> }.into_any()
    } else {
        monitors.into_any()
    };
    let monitor_error =
        error("monitors").map(|text| view! { <p class="error" id="monitors-error">{text}</p> });
    let locations: Vec<(String, String)> = [(String::new(), "–".to_owned())]
        .into_iter()
        .chain(choices.locations.iter().map(|l| (l.clone(), l.clone())))
        .collect();
    let pools = draft
        .pools
        .iter()
        .enumerate()
        .map(|(i, p)| pool(i, p, problems, &locations, draft.pools.len()))
        .collect_view();
    view! {
        <Crumbs items=crumbs/>
        <PageHead title=title/>
        <ProblemSummary problems=problems.clone()/>
        <form method="post" class="service-form">
            // The first submit of a form is what Enter presses: it has to be the one that saves.
            <button type="submit" class="sr" tabindex="-1" aria-hidden="true">"Save"</button>
            <input type="hidden" name="generation" value=carried.generation/>
            <section class="card fields">
                <Field label="Name" name="name" value=draft.name.clone() hint=zones class="wide mono" required=true
                    placeholder=choices.zones.first().map(|z| format!("hello.{z}")).unwrap_or_default() error=error("name")/>
                <Field label="Description" name="description" value=draft.description.clone() class="wide" error=error("description")/>
                <Field label="TTL" name="ttl" value=draft.ttl.clone() inputmode="numeric" hint="Seconds, 0 to 604800" error=error("ttl")/>
                <Field label="Addresses per answer" name="answers" value=draft.answers.clone() inputmode="numeric"
                    hint="1; with more, or 0 for all, clients choose and weights only advise" error=error("answers")/>
                <Select label="When all members are down, answer" name="down_response" value=draft.down_response.clone()
                    options=pairs(&DOWN_RESPONSES) error=error("down_response")/>
                <Field label="Addresses or name" name="down_value" value=draft.down_value.clone() class="mono down-value"
                    hint="For the two choices that need it" error=error("down_value").or_else(|| error("down_fallback")).or_else(|| error("down_cname"))/>
                <fieldset class="field wide"><legend>"Monitors"</legend>{monitors}{monitor_error}</fieldset>
                <Checkbox label="Enabled: the name is answered" name="enabled" checked=draft.enabled/>
                <Checkbox label="Wildcard: names below it that have nothing of their own are answered too" name="wildcard" checked=draft.wildcard/>
            </section>
            {particulars(draft, problems)}
            {pools}
            {error("pools").map(|text| view! { <p class="error" id="pools-error">{text}</p> })}
            <p><button class="quiet" type="submit" name="add_pool" value="1" formnovalidate=true>{icon("plus")}"Add a pool"</button></p>
            <section class="card fields save">
                <Reason value=carried.reason.clone()/>
                <div class="actions">
                    <button class="button primary" type="submit">"Save"</button>
                    <a class="button" href=back>"Cancel"</a>
                </div>
            </section>
            <WeightShares/>
        </form>
    }
}

/// What few services need: closed until something in it is set or wrong.
fn particulars(draft: &ServiceDraft, problems: &Problems) -> AnyView {
    const FIELDS: [&str; 5] = ["pool_choice", "min_members", "ramp_duration", "ramp_steps", "topology"];
    let error = |field: &str| error_of(problems, field);
    let wrong = FIELDS.iter().any(|field| error(field).is_some());
    let set = draft.pool_choice != PoolChoice::default().as_str()
        || !["", "0"].contains(&draft.min_members.trim())
        || draft.manual_resume
        || !draft.ramp_duration.trim().is_empty()
        || !draft.topology.trim().is_empty();
    let choices =
        PoolChoice::ALL.map(|(choice, label)| (choice.as_str().to_owned(), label.to_owned())).to_vec();
    view! {
        <details class="card particulars" open=wrong || set>
            <summary>"Choice of pool, recovery and topology"</summary>
            <div class="fields">
                <Select label="Pool that answers" name="pool_choice" value=draft.pool_choice.clone() options=choices error=error("pool_choice")/>
                <Field label="Least members to spread over" name="min_members" value=draft.min_members.clone() inputmode="numeric"
                    hint="0 for no matter; pools of lower priority join in until so many are up" error=error("min_members")/>
                <Field label="Recovered members climb for" name="ramp_duration" value=draft.ramp_duration.clone() placeholder="at once"
                    hint="As 5m; empty to give them their weight at once" error=error("ramp_duration")/>
                <Field label="In steps" name="ramp_steps" value=draft.ramp_steps.clone() inputmode="numeric" hint="2 to 20" error=error("ramp_steps")/>
                <Checkbox label="Manual resume: a recovered member waits until an operator lets it back" name="manual_resume" checked=draft.manual_resume/>
                <TextArea label="Topology rules" name="topology" value=draft.topology.clone() rows=3
                    hint="One a line, the first that matches a client decides: office: 10.0.0.0/8 country:ES continent:EU asn:3352 -> pool, location or site, next choice"
                    error=error("topology")/>
            </div>
        </details>
    }
    .into_any()
}
