use leptos::prelude::*;
use model::canary::{CanaryRamp, HealthGate, OnFailure, RampPhase, RampView};

use super::deeds::deeds;
use super::gates::gates;
use super::history::{history, others};
use super::ladder::ladder;
use super::plan::plan_table;
use super::{crumbs, left, phase_word};
use crate::components::{Command, Crumbs, PageHead};
use crate::format;
use crate::islands::AutoRefresh;

/// A ramp as its page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct RampPage {
    /// The service.
    pub service: String,
    /// The ramp, with what is seen of it.
    pub view: RampView,
    /// The others of the service, newest first.
    pub others: Vec<CanaryRamp>,
}

/// A ramp from step to step.
pub fn watch(page: &RampPage, now: i64) -> impl IntoView + use<> {
    let service = page.service.clone();
    let ramp = &page.view.ramp;
    let members: Vec<String> = ramp.spec.members.iter().map(ToString::to_string).collect();
    let lede = format!("{} in pool {}, by {}", members.join(", "), ramp.spec.pool, ramp.by);
    let split = format!("/split/{service}");
    let again = (!ramp.phase.is_active()).then(|| {
        view! { <a class="button primary" href=format!("/services/{service}/ramp/new")>"New ramp"</a> }
    });
    view! {
        <Crumbs items=crumbs(&service)/>
        <PageHead title=format!("Canary ramp {}", ramp.id) lede=lede>
            <AutoRefresh seconds=2/>
            <a class="button" href=split>"Split"</a>
            {again}
        </PageHead>
        <div data-live="state" class="stack">{headline(&page.view, now)}{ladder(ramp, &page.view.history)}</div>
        <div data-live="deeds">{deeds(&service, ramp)}</div>
        <div data-live="gates" class="stack">{(!page.view.lights.is_empty()).then(|| gates(&page.view, now))}</div>
        <section class="card">
            <h2>"What was asked for"</h2>
            {asked(ramp)}
            {plan_table(&ramp.plan, &ramp.spec.members)}
        </section>
        <div data-live="history">{history(&page.view.history, now)}</div>
        {others(&service, &page.others, now)}
        <section class="card">
            <h2>"From the command line"</h2>
            <Command text=format!("steelyard ramp status {service}")/>
            {ramp.phase.is_active().then(|| view! { <Command text=format!("steelyard ramp abort {service}")/> })}
        </section>
    }
}

fn headline(view: &RampView, now: i64) -> AnyView {
    let ramp = &view.ramp;
    let class = match ramp.phase {
        RampPhase::Running | RampPhase::Done => "headline pass",
        RampPhase::Paused | RampPhase::SteppingDown => "headline held",
        RampPhase::Failed | RampPhase::Aborted => "headline fail",
        RampPhase::Planned => "headline",
    };
    let share = format::percent(ramp.share_of(ramp.step), 2);
    let of = ramp.plan.len();
    let sentence = match (ramp.phase, ramp.step) {
        (RampPhase::Planned, _) => format!("{of} steps are planned; the canary has {share}."),
        (RampPhase::Done, _) => format!("The canary is through all {of} steps and has {share}."),
        (RampPhase::Aborted | RampPhase::Failed, _) => {
            format!("The weights before the ramp are back: {share} for the canary.")
        }
        (_, Some(step)) => format!("Step {} of {of}: the canary has {share}.", step + 1),
        (_, None) => format!("The canary has {share}."),
    };
    let what = if ramp.step.is_some_and(|step| step + 1 == of) { "It ends" } else { "The next step comes" };
    let soon = match (ramp.phase, view.until) {
        (RampPhase::Running, Some(until)) if until > now => {
            Some(format!("{what} in {} at the earliest.", left(until - now)))
        }
        (RampPhase::Running, Some(_)) => {
            Some("The time of the step is over: it waits for its other gates.".to_owned())
        }
        (RampPhase::SteppingDown, Some(until)) => Some(format!("It looks again in {}.", left(until - now))),
        _ => None,
    };
    view! {
        <div class=class>
            <span class="verdict">{phase_word(ramp.phase).to_uppercase()}</span>
            <div>
                <p class="sentence">{sentence}</p>
                <p class="muted">{ramp.why.clone()}</p>
                {soon.map(|soon| view! { <p class="muted">{soon}</p> })}
            </div>
        </div>
    }
    .into_any()
}

fn asked(ramp: &CanaryRamp) -> AnyView {
    let spec = &ramp.spec;
    let word = |all: &[(HealthGate, &'static str)]| {
        all.iter().find(|(g, _)| *g == spec.gates.health).map_or("", |(_, w)| w)
    };
    let on = OnFailure::ALL.iter().find(|(on, _)| *on == spec.on_failure).map_or("", |(_, words)| words);
    let webhook = match &spec.gates.webhook {
        None => "nobody".to_owned(),
        Some(hook) => match (&hook.url, &hook.url_secret) {
            (Some(url), _) => url.clone(),
            (None, Some(secret)) => format!("the address in secret {secret}"),
            (None, None) => String::new(),
        },
    };
    let reason = (!ramp.reason.is_empty())
        .then(|| view! { <div><dt>"Reason"</dt><dd>{ramp.reason.clone()}</dd></div> });
    view! {
        <dl class="facts">
            <div><dt>"A step lasts at least"</dt><dd>{spec.dwell.to_string()}</dd></div>
            <div><dt>"Answers of the canary"</dt><dd>{format!("at least {}", format::thousands(spec.canary_answers.into()))}</dd></div>
            <div><dt>"Health"</dt><dd>{word(&HealthGate::ALL)}</dd></div>
            <div><dt>"Split"</dt><dd>{if spec.gates.verdict { "has to PASS" } else { "is not looked at" }}</dd></div>
            <div><dt>"Asked at the end of a step"</dt><dd>{webhook}</dd></div>
            <div><dt>"When a gate fails"</dt><dd>{format!("{on}, after {} looks", spec.gates.failures)}</dd></div>
            {reason}
        </dl>
    }
    .into_any()
}
