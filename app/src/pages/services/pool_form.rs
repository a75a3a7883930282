use api::draft::{MemberDraft, PoolDraft};
use leptos::prelude::*;
use model::Problems;
use model::config::{Algorithm, AnswerAs, Fallback};

use crate::components::{Checkbox, Field, Select, icon};
use crate::format;
use crate::pages::error_of;

/// A pool of the form.
pub fn pool(
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
            {particulars(&at, pool, problems)}
            <div class="members" role="group" aria-label=format!("Members of pool {}", index + 1)>
                <div class="member-head" aria-hidden="true">
                    <span>"Address or name"</span><span>"Location"</span><span>"Weight"</span><span class="num">"Share"</span><span>"Enabled"</span><span></span>
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

/// What few pools need: closed until something in it is set or wrong.
fn particulars(at: &str, pool: &PoolDraft, problems: &Problems) -> AnyView {
    let error = |field: &str| error_of(problems, &format!("{at}.{field}"));
    let wrong = ["fallback", "mask_v4", "mask_v6", "weight"].iter().any(|field| error(field).is_some());
    let label = |fallback: Fallback| {
        let named = Algorithm::ALL.into_iter().find(|(algorithm, _)| *algorithm == fallback.algorithm());
        (fallback.as_str().to_owned(), named.map(|(_, label)| label.to_owned()).unwrap_or_default())
    };
    view! {
        <details class="particulars" open=wrong || pool.is_particular()>
            <summary>"Fallback, hash, weight for all, draining"</summary>
            <div class="fields">
                <Select label="Where geography and topology do not decide" name=format!("{at}.fallback") value=pool.fallback.clone()
                    options=Fallback::ALL.map(label).to_vec() error=error("fallback")/>
                <Field label="Hash of an IPv4 client: bits" name=format!("{at}.mask_v4") value=pool.mask_v4.clone() inputmode="numeric"
                    hint="1 to 32; clients of one such network get one member" error=error("mask_v4")/>
                <Field label="Of an IPv6 client: bits" name=format!("{at}.mask_v6") value=pool.mask_v6.clone() inputmode="numeric"
                    hint="1 to 128" error=error("mask_v6")/>
                <Field label="Weight of every member" name=format!("{at}.weight") value=pool.weight.clone() inputmode="numeric"
                    placeholder="their own" hint="Empty for the members\u{2019} own" error=error("weight")/>
                <Checkbox label="Draining: no new answers while any other member can be answered" name=format!("{at}.draining") checked=pool.draining/>
            </div>
        </details>
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
    let answers =
        [(AnswerAs::Address, "The address it resolves to"), (AnswerAs::Cname, "The name, as an alias")];
    let answers = answers.map(|(answer, label)| (answer.as_str().to_owned(), label.to_owned())).to_vec();
    let wrong = ["public_address", "preference", "answer"].iter().any(|field| error(field).is_some());
    let particular = draft.draining
        || !draft.public_address.trim().is_empty()
        || draft.answer == AnswerAs::Cname.as_str()
        || !["", "1"].contains(&draft.preference.trim());
    view! {
        <div class="member">
            <Field label=format!("Address of member {n}") name=format!("{at}.address") value=draft.address.clone() class="mono"
                placeholder="192.0.2.1 or app.example.org" error=error("address")/>
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
            <details class="particulars" open=wrong || particular>
                <summary>"More"<span class="sr">{format!(" of member {n}")}</span></summary>
                <div class="fields">
                    <Field label="Public address" name=format!("{at}.public_address") value=draft.public_address.clone() class="mono"
                        hint="For clients outside the private groups; the address above is the one checked" error=error("public_address")/>
                    <Field label="Preference" name=format!("{at}.preference") value=draft.preference.clone() inputmode="numeric"
                        hint="1 to 128; in preference order the lowest that is up answers" error=error("preference")/>
                    <Select label="Of a name, answer" name=format!("{at}.answer") value=draft.answer.clone() options=answers error=error("answer")/>
                    <Checkbox label="Draining: no new answers while any other member can be answered" name=format!("{at}.draining") checked=draft.draining/>
                </div>
            </details>
        </div>
    }
    .into_any()
}
