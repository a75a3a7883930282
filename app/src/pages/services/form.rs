use api::draft::{MemberDraft, PoolDraft, ServiceDraft};
use leptos::prelude::*;
use model::Problems;
use model::config::Algorithm;

use super::FormMode;
use crate::components::{Checkbox, Crumbs, Field, PageHead, ProblemSummary, Reason, Select, icon};
use crate::format;
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
                    hint="1 to 20; 0 for all" error=error("answers")/>
                <Select label="When all members are down, answer" name="down_response" value=draft.down_response.clone()
                    options=pairs(&DOWN_RESPONSES) error=error("down_response")/>
                <Field label="Addresses or name" name="down_value" value=draft.down_value.clone() class="mono down-value"
                    hint="For the two choices that need it" error=error("down_value").or_else(|| error("down_fallback")).or_else(|| error("down_cname"))/>
                <fieldset class="field wide"><legend>"Monitors"</legend>{monitors}{monitor_error}</fieldset>
                <Checkbox label="Enabled: the name is answered" name="enabled" checked=draft.enabled/>
            </section>
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

fn pool(
    index: usize,
    pool: &PoolDraft,
    problems: &Problems,
    locations: &[(String, String)],
    pools: usize,
) -> AnyView {
    let at = format!("pools.{index}");
    let error = |field: &str| error_of(problems, &format!("{at}.{field}"));
    let counted = |m: &MemberDraft| {
        let weight = m.weight.trim().parse::<u64>().ok().filter(|w| *w <= 1000)?;
        (m.enabled && !m.address.trim().is_empty()).then_some(weight)
    };
    let weights: Vec<u64> = pool.members.iter().filter_map(counted).collect();
    let mut shares = model::shares::shares(&weights).into_iter();
    let rows: Vec<AnyView> = pool
        .members
        .iter()
        .enumerate()
        .map(|(i, draft)| {
            let share = counted(draft).and_then(|_| shares.next());
            member(&format!("{at}.members.{i}"), i, draft, share, problems, locations)
        })
        .collect();
    let algorithms = Algorithm::ALL.map(|(a, label)| (a.as_str().to_owned(), label.to_owned())).to_vec();
    let remove = (pools > 1).then(|| {
        view! {
            <button class="quiet" type="submit" name="remove" value=at.clone() formnovalidate=true>"Remove this pool"</button>
        }
    });
    view! {
        <fieldset class="card pool" id=at.clone()>
            <legend>{format!("Pool {}", index + 1)}</legend>
            <div class="fields">
                <Field label="Pool name" name=format!("{at}.name") value=pool.name.clone() error=error("name")/>
                <Field label="Priority" name=format!("{at}.priority") value=pool.priority.clone() inputmode="numeric"
                    hint="0 to 100; the highest with a member up answers" error=error("priority")/>
                <Select label="Algorithm" name=format!("{at}.algorithm") value=pool.algorithm.clone() options=algorithms error=error("algorithm")/>
                <Checkbox label="Pool enabled" name=format!("{at}.enabled") checked=pool.enabled/>
            </div>
            <div class="members" role="group" aria-label=format!("Members of pool {}", index + 1)>
                <div class="member-head" aria-hidden="true">
                    <span>"Address"</span><span>"Location"</span><span>"Weight"</span><span class="num">"Share"</span><span>"Enabled"</span><span></span>
                </div>
                {rows}
                {error("members").map(|text| view! { <p class="error" id=format!("{at}.members-error")>{text}</p> })}
            </div>
            <div class="pool-foot">
                <button class="quiet" type="submit" name="add_member" value=index formnovalidate=true>{icon("plus")}"Add a member"</button>
                <output class="muted" data-period-of=at.clone()>{format::period(&weights)}</output>
                {remove}
            </div>
        </fieldset>
    }
    .into_any()
}

fn member(
    at: &str,
    index: usize,
    draft: &MemberDraft,
    share: Option<f64>,
    problems: &Problems,
    locations: &[(String, String)],
) -> AnyView {
    let error = |field: &str| error_of(problems, &format!("{at}.{field}"));
    let n = index + 1;
    // A location that is not defined any more stays to be seen, and to be complained about.
    let mut locations = locations.to_vec();
    if !draft.location.is_empty() && !locations.iter().any(|(key, _)| *key == draft.location) {
        locations.push((draft.location.clone(), draft.location.clone()));
    }
    view! {
        <div class="member">
            <Field label=format!("Address of member {n}") name=format!("{at}.address") value=draft.address.clone() class="mono"
                placeholder="192.0.2.1" error=error("address")/>
            <Select label=format!("Location of member {n}") name=format!("{at}.location") value=draft.location.clone() options=locations
                error=error("location")/>
            <Field label=format!("Weight of member {n}") name=format!("{at}.weight") value=draft.weight.clone() inputmode="numeric"
                class="num" error=error("weight")/>
            <output class="share num" data-share-of=at.to_owned()>{share.map_or_else(|| "–".to_owned(), |s| format::percent(s, 1))}</output>
            <label class="check" for=format!("{at}.enabled")>
                <input type="checkbox" id=format!("{at}.enabled") name=format!("{at}.enabled") value="on" checked=draft.enabled/>
                <span class="narrow-only">"Enabled"</span><span class="sr">{format!("Member {n} enabled")}</span>
            </label>
            <button class="quiet" type="submit" name="remove" value=at.to_owned() formnovalidate=true
                aria-label=format!("Remove member {n}")>"Remove"</button>
        </div>
    }
    .into_any()
}
