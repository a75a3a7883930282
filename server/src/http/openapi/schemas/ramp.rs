//! Canary ramps.

use model::Span;
use model::canary::{CanaryGates, HealthGate, OnFailure, RampDeed, RampPhase};
use serde_json::json;
use utoipa::openapi::{ObjectBuilder, Schema, Type};

use super::Named;
use crate::http::openapi::shape::{
    count, default_of, flag, instant, list, list_of, number, object, or_null, share, some_of, text, to,
    to_or, to_or_null, whole, word,
};

pub const ALL: &[Named] = &[
    ("CanarySpec", spec),
    ("CanaryGates", gates),
    ("CanaryHook", hook),
    ("CanaryPercent", percent),
    ("CanaryRamp", ramp),
    ("CanaryMoving", moving),
    ("CanaryPhase", phase),
    ("CanaryPlan", plan),
    ("CanaryStep", step),
    ("CanaryView", view),
    ("CanarySample", sample),
    ("CanaryLight", light),
    ("CanaryLine", line),
    ("MemberWeight", member_weight),
];

fn spec() -> Schema {
    object("What is asked of a canary ramp.")
        .must("service", to("DnsName", "The service."))
        .must("pool", to("Label", "The pool whose weights move."))
        .must(
            "members",
            some_of("Address", "The canary: members of the pool by their addresses, and not all."),
        )
        .must("steps", some_of("CanaryPercent", "The canary's share at each step, rising; at most 20 steps."))
        .may(
            "dwell",
            to_or(
                "Span",
                "How long a step lasts at least, 1s to 7d; never less than the TTL.",
                json!(Span::seconds(300)),
            ),
        )
        .may(
            "canary_answers",
            whole("Answers that have to name the canary before a step may end.", 0, 1_000_000)
                .default(Some(json!(10))),
        )
        .may(
            "gates",
            to_or(
                "CanaryGates",
                "What has to be well before a step may end.",
                default_of(CanaryGates::default()),
            ),
        )
        .may(
            "on_failure",
            word("What is done when a gate fails.", &OnFailure::ALL.map(|(on, _)| on.as_str()))
                .default(Some(json!("pause"))),
        )
        .closed()
}

fn gates() -> Schema {
    object("What has to be well before a step may end.")
        .may(
            "health",
            word("Whose health.", &HealthGate::ALL.map(|(gate, _)| gate.as_str())).default(Some(json!("canary"))),
        )
        .may("verdict", flag("Whether the split of the step has to PASS.").default(Some(json!(true))))
        .may("webhook", to("CanaryHook", "Somebody else who is asked at the end of each step."))
        .may(
            "failures",
            whole("Looks in a row, a second apart, at which a gate fails before anything is done; of the webhook calls, ten apart.", 1, 60)
                .default(Some(json!(2))),
        )
        .closed()
}

fn hook() -> Schema {
    object("Who is asked by a POST of JSON: 2xx is yes, 409, 425 and 429 are not yet, all else and silence is no. One of `url` and `url_secret` is given.")
        .may("url", text("The address, `http` or `https`, without user or password."))
        .may("url_secret", to("Label", "Name of the secret that holds the address."))
        .may("authorization_secret", to("Label", "Name of the secret that is sent as `Authorization`."))
        .closed()
}

fn percent() -> Schema {
    let about = "A share in percent, above 0 and up to 100; three decimals are kept.";
    ObjectBuilder::new()
        .schema_type(Type::Number)
        .description(Some(about))
        .minimum(Some(0.001))
        .maximum(Some(100))
        .into()
}

fn ramp() -> Schema {
    object("A canary ramp as it is kept.")
        .must("id", count("Number."))
        .must("spec", to("CanarySpec", "What was asked for."))
        .must("by", text("Who asked."))
        .must("reason", text("Why, in their words."))
        .must("created", instant("When"))
        .must("beginning", list_of("MemberWeight", "The weights before it, of all members of the pool."))
        .must("beginning_share", share("The canary's share by them"))
        .must("plan", list_of("CanaryStep", "The steps in whole weights."))
        .must("phase", to("CanaryPhase", "Where it is."))
        .must(
            "step",
            or_null(count(
                "Number of the step whose weights are in force, from 0; null for those before the ramp.",
            )),
        )
        .must("since", instant("Since when it is at this step, or goes on at it; 0 before the start"))
        .must("counts_from", instant("From when on answers count for this step"))
        .must("generation", count("The revision that put these weights in force; 0 before the start."))
        .must("why", text("Why it is where it is, in a sentence."))
        .may("moving", to("CanaryMoving", "Weights about to be put in force."))
        .may("ended", instant("When it was over"))
        .open()
}

fn moving() -> Schema {
    object("Weights about to be put in force.")
        .must("step", or_null(count("Number of the step, from 0; null for the weights before the ramp.")))
        .must("phase", to("CanaryPhase", "Where the ramp is then."))
        .must("why", text("Why."))
        .must("by", text("Who decided; empty for the ramp itself."))
        .open()
}

fn phase() -> Schema {
    word(
        "Where a ramp is. `running`, `paused` and `stepping_down` hold the pool.",
        &RampPhase::ALL.map(RampPhase::as_str),
    )
    .into()
}

fn plan() -> Schema {
    object("What comes of a request for a ramp.")
        .must("id", or_null(count("Number of the ramp; null for a dry run.")))
        .must("beginning_share", share("The canary's share now"))
        .must("steps", list_of("CanaryStep", "The steps in whole weights, with what rounding leaves."))
        .must("warnings", list(text(""), "What is allowed and may not be meant."))
        .open()
}

fn step() -> Schema {
    object("A step of a ramp.")
        .must("target", to("CanaryPercent", "The share that was asked for."))
        .must("weights", list_of("MemberWeight", "The weights of all members of the pool."))
        .must("share", share("The canary's share by these weights"))
        .must("error", number("That share less the target, -1 to 1."))
        .must("period", count("Answers after which the schedule repeats."))
        .must("needed", count("Answers the step has to have seen before it may end."))
        .open()
}

fn view() -> Schema {
    object("A ramp with what is seen of it now.")
        .must("ramp", to("CanaryRamp", "The ramp."))
        .must(
            "until",
            or_null(instant("When its step may end at the earliest by the clock; null unless it moves")),
        )
        .must("sample", to_or_null("CanarySample", "What its step has seen; null unless it is active."))
        .must("lights", list_of("CanaryLight", "Its gates; empty unless it is active."))
        .must("history", list_of("CanaryLine", "What happened, newest first."))
        .open()
}

fn sample() -> Schema {
    object("What a step has seen so far.")
        .must("answered", count("Answers."))
        .must("canary", count("Those that named the canary."))
        .must("share", share("Their share"))
        .must("ci_low", share("Lower end of its 95 % Wilson interval"))
        .must("ci_high", share("Upper end of the interval"))
        .must("needed", count("Answers needed before the step may end."))
        .must("verdict", to("Verdict", "The verdict on the split since the step began."))
        .must("reason", text("Why, in a sentence."))
        .must(
            "judged",
            flag("Whether the split can be judged; where the client decides who answers it cannot."),
        )
        .open()
}

fn light() -> Schema {
    object("A gate with what it says and why.")
        .must("gate", word("The gate.", &["dwell", "sample", "health", "verdict", "webhook"]))
        .must("signal", word("What it says.", &["go", "wait", "stop"]))
        .must("text", text("Why, in words."))
        .open()
}

fn line() -> Schema {
    object("A line of a ramp's history.")
        .must("at", instant("When"))
        .must("deed", word("What.", &RampDeed::ALL.map(RampDeed::as_str)))
        .must(
            "step",
            or_null(count("Number of the step afterwards, from 0; null for the weights before the ramp.")),
        )
        .must("share", share("The canary's share by the weights in force afterwards"))
        .must("generation", or_null(count("The revision, when one was made.")))
        .must("by", text("Who; empty for the ramp itself."))
        .must("text", text("Why, in a sentence."))
        .open()
}

fn member_weight() -> Schema {
    object("A member's weight.")
        .must("address", to("Address", "The member."))
        .must("weight", to("Weight", "Its weight."))
        .open()
}
