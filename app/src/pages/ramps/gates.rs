use leptos::prelude::*;
use model::canary::{CanaryRamp, Gate, Light, RampView, Sample, Signal};
use model::split::MemberShare;

use super::left;
use crate::charts::share_bars;
use crate::format;

/// What the step waits for: how long it lasted, what it has seen, and every gate with its reason.
pub fn gates(view: &RampView, now: i64) -> AnyView {
    let ramp = &view.ramp;
    let lights = view.lights.iter().map(light).collect_view();
    view! {
        <section class="card">
            <h2>"Gates"</h2>
            <div class="meters">
                {view.until.map(|until| time(ramp, until, now))}
                {view.sample.as_ref().map(answers)}
            </div>
            <ul class="gates">{lights}</ul>
        </section>
        {view.sample.as_ref().filter(|sample| sample.answered > 0).map(|sample| observed(ramp, sample))}
    }
    .into_any()
}

fn time(ramp: &CanaryRamp, until: i64, now: i64) -> AnyView {
    let all = (until - ramp.since).max(1);
    let gone = (now - ramp.since).clamp(0, all);
    let words = if now >= until {
        "it has lasted long enough".to_owned()
    } else {
        format!("{} to go", left(until - now))
    };
    meter("Time", gone as u64, all as u64, format!("{} of {}", left(gone), left(all)), words)
}

fn answers(sample: &Sample) -> AnyView {
    let words = format!("{} of {}", format::thousands(sample.answered), format::thousands(sample.needed));
    let missing = sample.needed.saturating_sub(sample.answered);
    let rest =
        if missing == 0 { "enough".to_owned() } else { format!("{} to go", format::thousands(missing)) };
    meter("Answers", sample.answered.min(sample.needed), sample.needed.max(1), words, rest)
}

fn meter(name: &'static str, value: u64, max: u64, words: String, rest: String) -> AnyView {
    view! {
        <div class="meter">
            <span class="meter-name">{name}</span>
            <progress class="meter-bar" max=max.to_string() value=value.to_string() aria-label=name></progress>
            <span class="meter-words">{words}</span>
            <span class="meter-rest">{rest}</span>
        </div>
    }
    .into_any()
}

fn light(light: &Light) -> AnyView {
    let name = match light.gate {
        Gate::Dwell => "Time",
        Gate::Sample => "Answers",
        Gate::Health => "Health",
        Gate::Verdict => "Split",
        Gate::Webhook => "Webhook",
    };
    let (class, shape, word) = match light.signal {
        Signal::Go => ("mark up", "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z", "go"),
        Signal::Wait => ("mark unknown", "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z", "wait"),
        Signal::Stop => ("mark down", "M8 13.500 2.500 4h11Z", "stop"),
    };
    view! {
        <li>
            <span class=class>
                <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d=shape></path></svg>
                {word}
            </span>
            <strong>{name}</strong>
            <span>{light.text.clone()}</span>
        </li>
    }
    .into_any()
}

/// The canary's share of the answers beside the one its weights ask for.
fn observed(ramp: &CanaryRamp, sample: &Sample) -> AnyView {
    let want = ramp.share_of(ramp.step);
    let names: Vec<String> = ramp.spec.members.iter().map(ToString::to_string).collect();
    let share = MemberShare {
        member: names.join(", "),
        address: if names.len() == 1 { names.join("") } else { "canary".to_owned() },
        site: None,
        weight: 0,
        expected_share: want,
        observed: sample.canary,
        share: sample.share,
        ci_low: sample.ci_low,
        ci_high: sample.ci_high,
        deviation: sample.canary as f64 - sample.answered as f64 * want,
    };
    let words = format!(
        "{} of {} answers named the canary: {}, 95 % interval {} to {}. Its weights ask for {}.",
        format::thousands(sample.canary),
        format::thousands(sample.answered),
        format::percent(sample.share, 2),
        format::percent(sample.ci_low, 2),
        format::percent(sample.ci_high, 2),
        format::percent(want, 2)
    );
    view! {
        <section class="card">
            <h2>"Observed in this step"</h2>
            {share_bars(&[share])}
            <p class="muted">{words}</p>
        </section>
    }
    .into_any()
}
