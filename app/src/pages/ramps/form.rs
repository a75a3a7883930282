use api::draft::CanaryDraft;
use leptos::prelude::*;
use model::Problems;
use model::canary::{CanarySpec, HealthGate, OnFailure, PlannedStep};

use super::plan::plan_table;
use super::{crumbs, left};
use crate::components::{
    Checkbox, Crumbs, Empty, Field, Notice, NoticeKind, PageHead, ProblemSummary, Reason, Select,
};
use crate::format;
use crate::islands::FormPreview;
use crate::pages::error_of;

/// What a ramp may be made of.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolChoices {
    /// The pool.
    pub pool: String,
    /// Its members.
    pub members: Vec<CanaryChoice>,
}

/// A member that may be the canary.
#[derive(Clone, Debug, PartialEq)]
pub struct CanaryChoice {
    /// Its address.
    pub address: String,
    /// Its weight now.
    pub weight: u16,
    /// Its share of the pool by weight, 0 to 1.
    pub share: f64,
}

/// What would come of the form as it is typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// What it asks for.
    pub spec: CanarySpec,
    /// The steps.
    pub steps: Vec<PlannedStep>,
    /// The canary's share now.
    pub beginning_share: f64,
    /// TTL of the service, seconds.
    pub ttl: u32,
    /// What is allowed and may not be meant.
    pub warnings: Vec<String>,
}

/// The form of a ramp.
#[derive(Clone, Debug, PartialEq)]
pub struct RampForm {
    /// The service.
    pub service: String,
    /// Its pools.
    pub pools: Vec<PoolChoices>,
    /// What is typed.
    pub draft: CanaryDraft,
    /// What would come of it; none while something is wrong, or nothing is chosen yet.
    pub preview: Option<Preview>,
    /// What is wrong.
    pub problems: Problems,
    /// Whether it was sent, and not only looked at.
    pub sent: bool,
}

/// Asks for a ramp, and shows its steps in whole weights before it starts.
pub fn form(form: &RampForm) -> impl IntoView + use<> {
    let RampForm { service, draft, problems, .. } = form;
    let error = |field: &str| form.sent.then(|| error_of(problems, field)).flatten();
    let summary = form.sent.then(|| view! { <ProblemSummary problems=problems.clone()/> });
    let words = |all: Vec<(&'static str, &'static str)>| -> Vec<(String, String)> {
        all.into_iter().map(|(value, label)| (value.to_owned(), label.to_owned())).collect()
    };
    let health = words(HealthGate::ALL.iter().map(|(gate, label)| (gate.as_str(), *label)).collect());
    let on_failure = words(OnFailure::ALL.iter().map(|(on, label)| (on.as_str(), *label)).collect());
    let members_error = error("members").map(|text| view! { <p class="error" id="members-error">{text}</p> });
    let pools = form.pools.iter().map(|pool| choices(pool, draft)).collect_view();
    view! {
        <Crumbs items=crumbs(service)/>
        <PageHead title=format!("Ramp a canary of {service}")
            lede="The canary's share rises step by step, as long as its gates allow. Each step is a change like any other, and can be reverted."/>
        {summary}
        <form method="post" class="ramp-form">
            <section class="card fields">
                <fieldset class="field wide" id="members" aria-describedby=error("members").map(|_| "members-error")>
                    <legend>"Canary"</legend>
                    {pools}
                    {members_error}
                </fieldset>
                <Field label="Steps" name="steps" value=draft.steps.clone() class="wide" hint="The canary's share at each step in percent; the others keep their proportions. 100 leaves them nothing." error=error("steps")/>
                <Field label="A step lasts at least" name="dwell" value=draft.dwell.clone() hint="As 30s, 5m or 2h; never less than the TTL" error=error("dwell")/>
                <Field label="Answers of the canary" name="canary_answers" value=draft.canary_answers.clone() inputmode="numeric" hint="That a step has to have seen before it may end" error=error("canary_answers")/>
                <Reason value=draft.reason.clone()/>
            </section>
            <section class="card fields">
                <h2 class="wide">"Gates"</h2>
                <Select label="Health" name="health" value=draft.health.clone() options=health error=error("health")/>
                <Select label="When a gate fails" name="on_failure" value=draft.on_failure.clone() options=on_failure error=error("on_failure")/>
                <Field label="Looks in a row" name="failures" value=draft.failures.clone() inputmode="numeric" hint="A second apart, at which a gate fails before anything is done" error=error("failures")/>
                <Checkbox label="The split of the step has to PASS" name="verdict" checked=draft.verdict/>
                <details class="particulars wide" open={!draft.webhook_url.is_empty() || !draft.webhook_url_secret.is_empty()}>
                    <summary>"Ask a webhook at the end of each step"</summary>
                    <div class="fields">
                        <Field label="Address" name="webhook_url" value=draft.webhook_url.clone() class="mono wide" placeholder="https://deploy.example.net/canary" hint="2xx is yes; 409, 425 and 429 are not yet; all else is no" error=error("webhook_url")/>
                        <Field label="Or the secret with the address" name="webhook_url_secret" value=draft.webhook_url_secret.clone() error=error("webhook_url_secret")/>
                        <Field label="Secret sent as Authorization" name="authorization_secret" value=draft.authorization_secret.clone() error=error("authorization_secret")/>
                    </div>
                </details>
            </section>
            <div data-preview="">{preview(form)}</div>
            <FormPreview/>
            <div class="actions">
                <button class="button primary" type="submit">"Start the ramp"</button>
                <button class="button" type="submit" formmethod="get" formnovalidate="">"Show the steps"</button>
                <a class="button" href=format!("/services/{service}")>"Cancel"</a>
            </div>
        </form>
    }
}

fn choices(pool: &PoolChoices, draft: &CanaryDraft) -> AnyView {
    let name = pool.pool.clone();
    let member = |member: &CanaryChoice| {
        let value = format!("{name} {}", member.address);
        let label =
            format!("{}, weight {}, {}", member.address, member.weight, format::percent(member.share, 1));
        let checked = draft.members.contains(&value);
        view! { <Checkbox label=label name="members" id=format!("member-{}-{}", name, member.address) checked=checked value=value/> }
            .into_any()
    };
    view! {
        <div class="canaries">
            <span class="hint">{format!("Pool {name}")}</span>
            {pool.members.iter().map(member).collect_view()}
        </div>
    }
    .into_any()
}

fn preview(form: &RampForm) -> AnyView {
    let Some(preview) = &form.preview else {
        if form.problems.0.is_empty() || form.draft.members.is_empty() {
            return view! { <Empty title="No canary chosen yet" text="Choose the member whose share is to rise: its steps are shown here in whole weights, with what rounding leaves."/> }
                .into_any();
        }
        let lines = form.problems.0.iter().map(|p| view! { <li>{p.beside_field()}</li> }).collect_view();
        return view! { <Notice kind=NoticeKind::Warn><strong>"No steps come of this yet."</strong><ul>{lines}</ul></Notice> }
            .into_any();
    };
    let shortest =
        preview.spec.dwell.as_millis().max(u64::from(preview.ttl) * 1000) * preview.steps.len() as u64;
    let words = format!(
        "The canary has {} now. With all gates open the ramp takes {} at least.",
        format::percent(preview.beginning_share, 2),
        left(shortest as i64 * 1000)
    );
    let warnings = preview.warnings.clone().into_iter().map(|warning| {
        view! { <Notice kind=NoticeKind::Warn>{warning}</Notice> }
    });
    view! {
        <section class="card">
            <h2>"Steps in whole weights"</h2>
            <p class="muted">{words}</p>
            {plan_table(&preview.steps, &preview.spec.members)}
            {warnings.collect_view()}
        </section>
    }
    .into_any()
}
