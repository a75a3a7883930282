use leptos::prelude::*;
use model::canary::{CanaryRamp, RampLine, RampPhase};

use crate::format;

/// Height of the plot, and of a share that would hardly be seen, pixels.
const HEIGHT: f64 = 96.0;
const LEAST: f64 = 3.0;

/// The steps as a staircase: what is behind, where the ramp is, what is to come.
pub fn ladder(ramp: &CanaryRamp, history: &[RampLine]) -> AnyView {
    let top = ramp.plan.iter().map(|step| step.share).fold(ramp.beginning_share, f64::max).max(0.01);
    let rung = |step: Option<usize>| {
        let share = ramp.share_of(step);
        let (class, state) = standing(ramp, history, step);
        let height = (share / top * HEIGHT).max(if share > 0.0 { LEAST } else { 1.0 });
        let name = step.map_or_else(|| "Before".to_owned(), |step| format!("Step {}", step + 1));
        let weights: Vec<String> = ramp.weights_of(step).iter().map(|m| m.weight.to_string()).collect();
        let target = step.and_then(|step| ramp.plan.get(step)).map(|step| format!("{} %", step.target));
        let here = (class == "now").then_some("step");
        view! {
            <li class=class aria-current=here>
                <svg width="100%" height=HEIGHT.to_string() aria-hidden="true">
                    <rect x="0" y=format!("{:.1}", HEIGHT - height) width="100%" height=format!("{height:.1}") rx="2"></rect>
                </svg>
                <span class="rung-share">{target.unwrap_or_else(|| format::percent(share, 1))}</span>
                <span class="rung-name">{name}</span>
                <span class="rung-weights">{weights.join(" : ")}</span>
                <span class="rung-state">{state}</span>
            </li>
        }
    };
    let rungs = std::iter::once(None).chain((0..ramp.plan.len()).map(Some));
    view! {
        <div class="scroll ladder-frame" tabindex="0" role="region" aria-label="Steps of the ramp">
            <ol class="ladder">{rungs.map(rung).collect_view()}</ol>
        </div>
    }
    .into_any()
}

/// How a rung stands to where the ramp is.
fn standing(ramp: &CanaryRamp, history: &[RampLine], step: Option<usize>) -> (&'static str, &'static str) {
    use std::cmp::Ordering;
    let place = |step: Option<usize>| step.map_or(0, |step| step + 1);
    match place(step).cmp(&place(ramp.step)) {
        Ordering::Equal if ramp.phase == RampPhase::Planned => ("past", "in force"),
        Ordering::Equal if ramp.phase.moves() => ("now", "now"),
        Ordering::Equal if ramp.phase == RampPhase::Paused => ("now held", "paused"),
        Ordering::Equal => ("now ended", "in force"),
        Ordering::Less if step.is_none() => ("past", ""),
        Ordering::Less => ("past", "done"),
        Ordering::Greater if history.iter().any(|line| line.step == step) => ("next", "taken back"),
        Ordering::Greater if ramp.phase.is_over() => ("next", "not reached"),
        Ordering::Greater => ("next", "to come"),
    }
}
