use leptos::prelude::*;
use model::canary::{CanaryRamp, RampDeed, RampLine};

use super::phase_word;
use crate::components::Time;
use crate::format;

/// What happened to a ramp, each step with its revision.
pub fn history(lines: &[RampLine], now: i64) -> AnyView {
    let row = |line: &RampLine| {
        let revision = match line.generation {
            Some(generation) => {
                view! { <a href=format!("/changes/{generation}")>{format::thousands(generation)}</a> }
                    .into_any()
            }
            None => view! { <span class="muted">"–"</span> }.into_any(),
        };
        let by = if line.by.is_empty() { "the ramp".to_owned() } else { line.by.clone() };
        view! {
            <tr>
                <td><Time at=line.at now=now/></td>
                <th scope="row">{said(line)}</th>
                <td class="num">{format::percent(line.share, 2)}</td>
                <td class="num">{revision}</td>
                <td>{by}</td>
                <td class="wrap">{line.text.clone()}</td>
            </tr>
        }
    };
    view! {
        <section>
            <h2>"What happened"</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="History of the ramp">
                <table class="lines">
                    <thead>
                        <tr>
                            <th scope="col">"When"</th><th scope="col">"What"</th><th scope="col" class="num">"Share then"</th>
                            <th scope="col" class="num">"Generation"</th><th scope="col">"By"</th><th scope="col">"Why"</th>
                        </tr>
                    </thead>
                    <tbody>{lines.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn said(line: &RampLine) -> String {
    let step = line.step.map_or_else(|| "the weights before".to_owned(), |step| format!("step {}", step + 1));
    match line.deed {
        RampDeed::Planned => "planned".to_owned(),
        RampDeed::Step => step,
        RampDeed::StepDown => format!("down to {step}"),
        RampDeed::Paused => format!("paused at {step}"),
        RampDeed::Resumed => format!("goes on at {step}"),
        RampDeed::Done => "done".to_owned(),
        RampDeed::Aborted => "aborted".to_owned(),
        RampDeed::Failed => "failed".to_owned(),
    }
}

/// Other ramps of the same service.
pub fn others(service: &str, ramps: &[CanaryRamp], now: i64) -> AnyView {
    if ramps.is_empty() {
        return ().into_any();
    }
    let row = |ramp: &CanaryRamp| {
        let members: Vec<String> = ramp.spec.members.iter().map(ToString::to_string).collect();
        view! {
            <tr>
                <th scope="row"><a href=format!("/services/{service}/ramp?id={}", ramp.id)>{format!("Ramp {}", ramp.id)}</a></th>
                <td class="mono">{members.join(", ")}</td>
                <td>{phase_word(ramp.phase)}</td>
                <td class="num">{format::percent(ramp.share_of(ramp.step), 2)}</td>
                <td>{ramp.by.clone()}</td>
                <td><Time at=ramp.created now=now/></td>
            </tr>
        }
    };
    view! {
        <section>
            <h2>"Other ramps of this service"</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Other ramps">
                <table class="lines">
                    <thead>
                        <tr>
                            <th scope="col">"Ramp"</th><th scope="col">"Canary"</th><th scope="col">"State"</th>
                            <th scope="col" class="num">"Share reached"</th><th scope="col">"By"</th><th scope="col">"Made"</th>
                        </tr>
                    </thead>
                    <tbody>{ramps.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
