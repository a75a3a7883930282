//! Values that stand in many objects: names, addresses, numbers with a range.

use model::{Priority, Ttl, Weight};
use utoipa::openapi::Schema;

use super::Named;
use crate::access::Role;
use crate::http::openapi::shape::{default_of, text, whole, word};

pub const ALL: &[Named] = &[
    ("DnsName", name),
    ("Label", label),
    ("Address", address),
    ("Network", network),
    ("Span", span),
    ("Moment", moment),
    ("Weight", weight),
    ("Priority", priority),
    ("Ttl", ttl),
    ("RecordType", record_type),
    ("Health", health),
    ("Verdict", verdict),
    ("Family", family),
    ("Role", role),
];

fn name() -> Schema {
    let about = "A domain name in presentation form (RFC 1035 section 5.1), at most 255 octets on the wire, labels of \
                 at most 63. Case is ignored and a last dot as well; shown in lower case without it.";
    text(about).min_length(Some(1)).into()
}

fn label() -> Schema {
    text("A short name of an operator's making: 1 to 63 letters, digits, dots, hyphens or underscores.")
        .pattern(Some("^[A-Za-z0-9._-]{1,63}$"))
        .into()
}

fn address() -> Schema {
    text("An IPv4 or IPv6 address.").into()
}

fn network() -> Schema {
    text("An IPv4 or IPv6 network as address and prefix length.").into()
}

fn span() -> Schema {
    text("A span of time in whole milliseconds, seconds, minutes, hours or days: `500ms`, `10s`, `5m`, `2h`, `7d`.")
        .pattern(Some("^[0-9]+(ms|s|m|h|d)$"))
        .into()
}

fn moment() -> Schema {
    text("A moment in the form of RFC 3339: `2026-11-25T18:00:00Z`.").into()
}

fn weight() -> Schema {
    let about = "Share of the answers relative to the other members of the pool. 0 is never chosen while others are up.";
    let (min, max) = (Weight::MIN.get(), Weight::MAX.get());
    whole(about, min.into(), max.into()).default(Some(default_of(Weight::default()))).into()
}

fn priority() -> Schema {
    let about = "Order of pools: the highest wins. 0 is monitored and never chosen.";
    let (min, max) = (Priority::MIN.get(), Priority::MAX.get());
    whole(about, min.into(), max.into()).default(Some(default_of(Priority::default()))).into()
}

fn ttl() -> Schema {
    let about = "Time to live, seconds; at most one week.";
    whole(about, Ttl::MIN.get().into(), Ttl::MAX.get().into())
        .default(Some(default_of(Ttl::default())))
        .into()
}

fn record_type() -> Schema {
    text("A record type by its name, or as `TYPE1000` (RFC 3597 section 5).")
        .pattern(Some("^[A-Z0-9]+$"))
        .into()
}

fn health() -> Schema {
    let about = "`UP`: passed its last checks, as many as the monitor asks for. `DOWN`: failed them. `UNKNOWN`: not \
                 judged yet, or without a monitor; answered as if it were up.";
    word(about, &["UP", "DOWN", "UNKNOWN"]).into()
}

fn verdict() -> Schema {
    let about = "`PASS`: the counts agree with the weights. `FAIL`: they do not. `INSUFFICIENT`: too few answers to \
                 say, or a split that is not by weight.";
    word(about, &["PASS", "FAIL", "INSUFFICIENT"]).into()
}

fn family() -> Schema {
    word("Addresses of type A, of type AAAA, or any other type.", &["v4", "v6", "other"]).into()
}

fn role() -> Schema {
    let about = "`viewer` reads everything but secrets, `operator` also changes the configuration, `admin` also \
                 manages users and tokens.";
    word(about, &[Role::Viewer, Role::Operator, Role::Admin].map(Role::as_str)).into()
}
