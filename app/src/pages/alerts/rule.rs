use api::draft::AlertRuleDraft;
use leptos::prelude::*;
use model::Problems;
use model::config::{AlertRule, Config};
use model::occurrence::Kind;

use crate::components::{Checkbox, Crumbs, Field, PageHead, ProblemSummary, Reason, Select};
use crate::pages::{Carried, FormMode, error_of};

/// The form of a rule.
pub fn form(
    mode: FormMode,
    draft: &AlertRuleDraft,
    problems: &Problems,
    carried: &Carried,
    config: &Config,
) -> impl IntoView + use<> {
    let title = match &mode {
        FormMode::New => "New rule".to_owned(),
        FormMode::Edit(name) => format!("Edit {name}"),
    };
    let delete = match &mode {
        FormMode::New => None,
        FormMode::Edit(name) => Some(
            view! { <p class="end"><a class="danger" href=format!("/alerts/rules/{name}/delete")>"Delete this rule"</a></p> },
        ),
    };
    let error = |field: &str| error_of(problems, field);
    let kinds = Kind::choices().map(|kind| {
        let name = kind.to_string();
        let checked = draft.events.contains(&name);
        view! { <Checkbox label=name.clone() name="events" checked=checked value=name.clone() id=format!("event-{name}")/> }
    });
    let channels = config.channels.iter().map(|channel| {
        let name = channel.name.to_string();
        let checked = draft.channels.contains(&name);
        view! { <Checkbox label=name.clone() name="channels" checked=checked value=name.clone() id=format!("channel-{name}")/> }
    });
    let no_channel = config.channels.is_empty().then(|| {
        view! { <p class="hint">"There is no channel yet. "<a href="/alerts/channels/new">"Make one first."</a></p> }
    });
    let levels = [("", "That of the event"), ("low", "Low"), ("medium", "Medium"), ("high", "High")];
    let levels = levels.map(|(value, label)| (value.to_owned(), label.to_owned())).to_vec();
    let note = |field: &str| error(field).map(|text| view! { <p class="error">{text}</p> });
    view! {
        <Crumbs items=vec![("Alerts".to_owned(), "/alerts".to_owned())]/>
        <PageHead title=title/>
        <ProblemSummary problems=problems.clone()/>
        <form method="post">
            <input type="hidden" name="generation" value=carried.generation/>
            <section class="card fields">
                <Field label="Name" name="name" value=draft.name.clone() required=true placeholder="service-down" error=error("name")/>
                <Checkbox label="At work" name="enabled" checked=draft.enabled/>
            </section>
            <section class="card">
                <fieldset class="choices" id="events">
                    <legend>"Events"</legend>
                    {kinds.collect_view()}
                </fieldset>
                {note("events")}
            </section>
            <section class="card fields">
                <Field label="Services" name="services" value=draft.services.clone() class="mono wide" hint="Names separated by commas; all when empty" error=error("services")/>
                <Field label="Sites" name="sites" value=draft.sites.clone() hint="Of the event or the member; all when empty" error=error("sites")/>
                <Field label="Members" name="members" value=draft.members.clone() class="mono" hint="Addresses; all when empty" error=error("members")/>
            </section>
            <section class="card fields">
                <Field label="Events for an alert" name="threshold" value=draft.threshold.clone() inputmode="numeric" hint="1 to 1000, of one subject" error=error("threshold")/>
                <Field label="Within" name="window" value=draft.window.clone() hint="1s to 1d" error=error("window")/>
                <Field label="Repeats held back for" name="throttle" value=draft.throttle.clone() hint="A turn there and back is no repeat; 0s for every time" error=error("throttle")/>
                <Select label="Level" name="level" value=draft.level.clone() options=levels error=error("level")/>
            </section>
            <section class="card">
                <fieldset class="choices" id="channels">
                    <legend>"Channels"</legend>
                    {channels.collect_view()}
                    {no_channel}
                </fieldset>
                {note("channels")}
            </section>
            <section class="card fields save">
                <Reason value=carried.reason.clone()/>
                <div class="actions">
                    <button class="button primary" type="submit">"Save"</button>
                    <a class="button" href="/alerts">"Cancel"</a>
                </div>
            </section>
        </form>
        {delete}
    }
}

/// Asks before a rule is deleted.
pub fn delete(rule: &AlertRule, problems: &Problems, carried: &Carried) -> impl IntoView + use<> {
    let name = rule.name.to_string();
    view! {
        <Crumbs items=vec![("Alerts".to_owned(), "/alerts".to_owned()), (name.clone(), format!("/alerts/rules/{name}/edit"))]/>
        <PageHead title=format!("Delete {name}?")/>
        <ProblemSummary problems=problems.clone()/>
        <p>"Its events are kept and tell nobody by this rule any more. The change can be reverted in the history."</p>
        <form method="post" class="fields">
            <input type="hidden" name="generation" value=carried.generation/>
            <Reason value=carried.reason.clone()/>
            <div class="actions">
                <button class="button bad" type="submit">"Delete the rule"</button>
                <a class="button" href="/alerts">"Keep it"</a>
            </div>
        </form>
    }
}
