use leptos::prelude::*;
use model::canary::{CanaryRamp, RampPhase};

use crate::format;

/// What can be done with a ramp now. What moves weights asks once more, without a script.
pub fn deeds(service: &str, ramp: &CanaryRamp) -> AnyView {
    let to = |deed: &str| format!("/services/{service}/ramp/{}/{deed}", ramp.id);
    if ramp.phase == RampPhase::Planned {
        return view! {
            <section class="card deeds">
                <h2>"Start"</h2>
                {plainly(to("start"), "Start with the first step", "button primary")}
            </section>
        }
        .into_any();
    }
    if !ramp.phase.is_active() {
        return ().into_any();
    }
    let hold = match ramp.phase {
        RampPhase::Paused => plainly(to("resume"), "Go on", "button primary"),
        _ => plainly(to("pause"), "Pause", "button"),
    };
    let next = ramp.step.map_or(0, |step| step + 1);
    let skip = match (ramp.phase, ramp.plan.get(next)) {
        (RampPhase::SteppingDown, _) => ().into_any(),
        (_, Some(step)) => {
            let question =
                format!("Put step {} in force now, {} %, whatever the gates say.", next + 1, step.target);
            asking(
                to("next"),
                "Next step now",
                question,
                format!("Go to {} %", step.target),
                "button",
                "next",
            )
        }
        (_, None) => {
            let question = "End the ramp here. The weights of its last step stay.".to_owned();
            asking(to("next"), "End now", question, "End the ramp".to_owned(), "button", "next")
        }
    };
    let weights: Vec<String> = ramp.beginning.iter().map(|m| m.weight.to_string()).collect();
    let question = format!(
        "The weights before the ramp, {}, are in force with the next answer: {} for the canary.",
        weights.join(" : "),
        format::percent(ramp.beginning_share, 2)
    );
    view! {
        <section class="card deeds" aria-label="Steer the ramp">
            {hold}
            {skip}
            {asking(to("abort"), "Abort", question, "Abort the ramp".to_owned(), "button bad", "abort")}
        </section>
    }
    .into_any()
}

fn plainly(action: String, label: &'static str, class: &'static str) -> AnyView {
    view! { <form method="post" action=action><button class=class type="submit">{label}</button></form> }
        .into_any()
}

fn asking(
    action: String,
    label: &'static str,
    question: String,
    confirm: String,
    class: &'static str,
    id: &'static str,
) -> AnyView {
    let id = format!("{id}-reason");
    view! {
        <details class="ask">
            <summary class=class>{label}</summary>
            <form method="post" action=action>
                <p>{question}</p>
                <div class="field">
                    <label for=id.clone()>"Why"</label>
                    <input id=id name="reason" type="text" autocomplete="off" placeholder="Optional; stands in the history"/>
                </div>
                <button class=class type="submit">{confirm}</button>
            </form>
        </details>
    }
    .into_any()
}
