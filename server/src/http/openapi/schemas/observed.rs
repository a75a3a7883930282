//! What a site knows at this moment: the health of its members, and why it answers as it does.

use utoipa::openapi::Schema;

use super::Named;
use crate::http::openapi::shape::{
    count, instant, list, list_of, object, or_null, text, to, to_or_null, whole, word,
};

pub const ALL: &[Named] =
    &[("MemberHealth", member_health), ("LastCheck", last_check), ("Explanation", explanation)];

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

fn last_check() -> Schema {
    let why = word("Why the last check failed; null when it passed.", &FAILURES);
    // An enumeration admits null only where it lists it.
    let why = why.enum_values(Some(FAILURES.into_iter().map(Some).chain([None])));
    object("The last check of a member by one monitor.")
        .must("monitor", to("Label", "The monitor."))
        .must("health", to("Health", "What this monitor alone says."))
        .must("failure", or_null(why))
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
