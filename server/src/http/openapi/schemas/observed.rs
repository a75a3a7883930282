//! What a site knows at this moment: the health of its members, and why it answers as it does.

use utoipa::openapi::Schema;

use super::Named;
use crate::http::openapi::shape::{
    count, flag, instant, list, list_of, object, or_null, text, to, to_or_null, whole, word,
};

pub const ALL: &[Named] = &[
    ("MemberHealth", member_health),
    ("LastCheck", last_check),
    ("Explanation", explanation),
    ("Standing", standing),
    ("RampStep", ramp_step),
    ("HealthChange", health_change),
    ("CheckStrip", check_strip),
    ("CheckMark", check_mark),
    ("HealthHistory", health_history),
    ("MemberAddress", member_address),
    ("CheckTranscript", check_transcript),
    ("CheckStep", check_step),
];

fn member_health() -> Schema {
    object("What one site knows of one member.")
        .must("site", to("Label", "The site that checks."))
        .must("service", to("DnsName", "The service."))
        .must("pool", to("Label", "Its pool."))
        .must("address", to("Address", "The member's address."))
        .must("health", to("Health", "All monitors together: down if one says down, up if all say up."))
        .must("since", instant("When that last changed; 0 when it never did"))
        .must("checks", list_of("LastCheck", "Each monitor's last check."))
        .open()
}

/// Words of [`model::health::FailureCode`]; a test compares them.
pub const FAILURES: [&str; 16] = [
    "CONNECTION_REFUSED",
    "CONNECTION_TIMEOUT",
    "CONNECTION_RESET",
    "CONNECTION_ERROR",
    "SERVER_UNREACHABLE",
    "RESPONSE_CODE_MISMATCH",
    "NO_RESPONSE",
    "PAYLOAD_TIMEOUT",
    "PAYLOAD_CONTENT_MISMATCH",
    "PORT_UNREACHABLE",
    "SSL_ERROR",
    "SSL_CERT_ERROR",
    "SCRIPT_ERROR",
    "ADDRESS_ERROR",
    "NO_RESOURCES",
    "OTHER_ERROR",
];

/// A failure's code, or null.
fn failure(about: &str) -> utoipa::openapi::Object {
    // An enumeration admits null only where it lists it.
    let codes = word(about, &FAILURES).enum_values(Some(FAILURES.into_iter().map(Some).chain([None])));
    or_null(codes)
}

fn standing() -> Schema {
    object("What is measured of a member, and what was decided beside it.")
        .must("measured", to("Health", "What its checks say."))
        .may("forced", to("Health", "What an operator decided instead."))
        .may("held", flag("Its checks pass again, and it waits to be resumed."))
        .may("ramp", to("RampStep", "How far it has climbed back to its weight."))
        .open()
}

fn ramp_step() -> Schema {
    object("A step of a climb.")
        .must("step", whole("The step it is on, from 1.", 1, 20))
        .must("of", whole("Steps in all.", 2, 20))
        .open()
}

fn health_change() -> Schema {
    let causes = ["check", "configuration", "override", "resume", "ramp", "suspicion"];
    object("One change of a member's standing.")
        .must("at", instant("When"))
        .must("site", to("Label", "The site that saw it."))
        .must("service", to("DnsName", "The service."))
        .must("pool", to("Label", "Its pool."))
        .must("member", text("The member as the configuration names it."))
        .must("address", to("Address", "Its address."))
        .must("before", to("Standing", "The standing before."))
        .must("after", to("Standing", "The standing after."))
        .must("cause", word("What changed it.", &causes))
        .must("monitor", to_or_null("Label", "The monitor whose check did."))
        .must("failure", failure("Why that check failed."))
        .must("detail", text("What was seen, or who decided and why."))
        .open()
}

fn check_strip() -> Schema {
    object("The last checks of a member by one monitor.")
        .must("service", to("DnsName", "The service."))
        .must("pool", to("Label", "Its pool."))
        .must("address", to("Address", "The member's address."))
        .must("monitor", to("Label", "The monitor."))
        .must("checks", list_of("CheckMark", "The checks, the oldest first; at most 120."))
        .open()
}

fn check_mark() -> Schema {
    object("One check of a strip.")
        .must("at", instant("When it ended"))
        .must("took_us", count("How long it took, microseconds."))
        .must("failure", failure("Why it failed; null when it passed."))
        .open()
}

fn health_history() -> Schema {
    object("What is remembered of the health of members.")
        .must("changes", list_of("HealthChange", "Changes, the newest first; at most 500."))
        .must("strips", list_of("CheckStrip", "The last checks, as this process has seen them."))
        .open()
}

fn member_address() -> Schema {
    object("A member by its address.")
        .must("service", to("DnsName", "The service."))
        .must("pool", to("Label", "Its pool."))
        .must("address", to("Address", "The member's address."))
        .closed()
}

fn check_transcript() -> Schema {
    object("A check that somebody asked for, step by step.")
        .must("passed", flag("Whether it passed."))
        .must("detail", text("What it saw, as `status 200` or `connection refused`."))
        .must("failure", failure("Why it failed; null when it passed."))
        .must("took_us", count("How long it took in all, microseconds."))
        .must("steps", list_of("CheckStep", "What it did and saw, in order."))
        .open()
}

fn check_step() -> Schema {
    object("One step of a transcript.")
        .must("at_us", count("Microseconds after the check began."))
        .must("what", text("What it is about, as `connect` or `response`."))
        .must("text", text("What was done or seen, without secrets."))
        .open()
}

fn last_check() -> Schema {
    object("The last check of a member by one monitor.")
        .must("monitor", to("Label", "The monitor."))
        .must("health", to("Health", "What this monitor alone says."))
        .must("failure", failure("Why the last check failed; null when it passed."))
        .must("detail", text("What was seen, as `status 503` or `connection refused`."))
        .must("at", instant("When it ended"))
        .must("took_us", count("How long it took, microseconds."))
        .must("streak", count("Checks in a row with this outcome."))
        .open()
}

fn explanation() -> Schema {
    let outcome = "What decided, as `weighted_round_robin`, `weighted_random`, `fail_open`, `all_records`, `fallback`, \
                   `cname`, `empty`, `none`, `static`, `nodata`, `missing` or `outside`.";
    let answer = list_of("Address", "The addresses of one answer.");
    object("An answer with the steps that led to it.")
        .must("name", text("The name asked for."))
        .must("rr_type", to("RecordType", "The type asked for."))
        .must("rcode", text("The code answered, as `NOERROR`; `DROPPED` for silence."))
        .must("outcome", text(outcome))
        .must("zone", to_or_null("DnsName", "The zone, if any."))
        .must("service", to_or_null("DnsName", "The service, if any."))
        .must("pool", to_or_null("Label", "The pool in force, if any."))
        .must("ttl", whole("TTL of the answer, seconds.", 0, u32::MAX.into()))
        .must("answers", list(answer, "The next answers, as many as were asked for."))
        .must("steps", list(text("A sentence."), "What was looked at, and what followed."))
        .must("generation", count("Generation of the configuration."))
        .must("health_epoch", count("Rises whenever the health of any member changes."))
        .open()
}
