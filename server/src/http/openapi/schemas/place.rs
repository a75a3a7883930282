//! Sites, locations, the log's settings, and the whole configuration.

use model::config::{Addresses, Logging, SiteRole, Throttle};
use serde_json::json;
use utoipa::openapi::{ObjectBuilder, Schema};

use super::Named;
use crate::http::openapi::shape::{
    default_of, flag, list, list_of, number, object, some_of, text, to, to_or, whole, word,
};

pub const ALL: &[Named] = &[
    ("Site", site),
    ("Location", location),
    ("ClientGroup", client_group),
    ("Logging", logging),
    ("Throttle", throttle),
    ("LogFilter", log_filter),
    ("Config", config),
];

fn site() -> Schema {
    let roles = [SiteRole::Leader, SiteRole::Follower].map(SiteRole::as_str);
    let role = "`leader` accepts changes, `follower` takes its configuration from the leader.";
    let dns = list(text("Address and port, as `192.0.2.1:53`."), "Addresses its responder is reached at.");
    object("A place that answers DNS with its own responder.")
        .must("name", to("Label", "Name of the site."))
        .may("role", word(role, &roles).default(Some(default_of(SiteRole::default()))))
        .may("dns", dns)
        .may("enabled", flag(ENABLED).default(Some(true.into())))
        .may("draining", flag(DRAINING).default(Some(false.into())))
        .may("weight", to("Weight", "Weight of each of its members, unless the location says another."))
        .closed()
}

const ENABLED: &str = "Its members are answered at all.";
const DRAINING: &str =
    "Its members take no new answers while any other member of their service may be answered.";

fn location() -> Schema {
    object("Where members live: a cluster, an availability zone, a data centre.")
        .must("name", to("Label", "Name of the location."))
        .may("site", to("Label", "The site its members are counted to."))
        .may("cidr", list_of("Network", "Networks that belong to it."))
        .may("latitude", degrees("Degrees north.", 90))
        .may("longitude", degrees("Degrees east.", 180))
        .may("enabled", flag(ENABLED).default(Some(true.into())))
        .may("draining", flag(DRAINING).default(Some(false.into())))
        .may(
            "weight",
            to("Weight", "Weight of each of its members, before what their site, pool or they say."),
        )
        .closed()
}

fn client_group() -> Schema {
    let kinds = [Addresses::Private, Addresses::Public].map(Addresses::as_str);
    let cidr = "Its networks. A client is the network its resolver tells (RFC 7871), else the resolver.";
    let addresses = "`private`: a member's `address`. `public`: its `public_address` where it has one.";
    object(
        "Clients that are answered the same kind of addresses; clients in no group are answered public ones.",
    )
    .must("name", to("Label", "Name of the group."))
    .must("cidr", some_of("Network", cidr))
    .must("addresses", word(addresses, &kinds))
    .closed()
}

fn degrees(about: &str, most: i32) -> ObjectBuilder {
    number(about).minimum(Some(-most)).maximum(Some(most))
}

fn logging() -> Schema {
    let default = Logging::default();
    let throttle = |about: &str, default: Throttle| to_or("Throttle", about, default_of(default));
    let retention = "How long rows are kept; whole days, since a day is the unit that is dropped.";
    let events = "How long events and the deliveries of alerts are kept, 1d to 3650d.";
    let size = "Most that rows and their indexes may take on disk, GiB; the oldest days are dropped first, the \
                current one never.";
    let full = "Until then every row is kept, whatever the limits say (RFC 3339).";
    object("What the query log keeps. Counters and the split are exact whatever it drops.")
        .may("service_throttle", throttle("Limit of each service.", default.service_throttle))
        .may("site_throttle", throttle("Limit of the whole site.", default.site_throttle))
        .may("retention", to_or("Span", retention, default_of(default.retention)))
        .may("event_retention", to_or("Span", events, default_of(default.event_retention)))
        .may("retention_gib", whole(size, 1, 1 << 20))
        .may("filters", list_of("LogFilter", "Rows that any of these asks for are of the class `filtered`."))
        .may("full_until", to("Moment", full))
        .closed()
}

fn log_filter() -> Schema {
    object("Rows an operator asks for, with limits of their own.")
        .must("name", to("Label", "What it is called."))
        .must("match", text("Which rows, in the language of the log's filter."))
        .may("until", to("Moment", "When it ends by itself; never when absent."))
        .closed()
}

fn throttle() -> Schema {
    let rate = |about: &str| {
        whole(&format!("{about}, rows per second."), 0, u32::MAX.into()).default(Some(json!(0)))
    };
    object("Rows per second kept of each class; 0 keeps all.")
        .may("significant", rate("Errors and what else stands out"))
        .may("filtered", rate("Rows an operator's filter asked for"))
        .may("non_significant", rate("All other rows"))
        .closed()
}

fn config() -> Schema {
    object("Everything an operator configures. Objects are known by name.")
        .may("version", whole("Version of the form.", 1, 1).default(Some(json!(1))))
        .may("sites", list_of("Site", "Sites that answer DNS."))
        .may("locations", list_of("Location", "Where members live."))
        .may("client_groups", list_of("ClientGroup", "Which clients are answered private addresses."))
        .may("zones", list_of("Zone", "Zones this site is authoritative for."))
        .may("monitors", list_of("Monitor", "Health monitors."))
        .may("services", list_of("Service", "Services: names whose answers are steered."))
        .may("channels", list_of("Channel", "Where alerts go."))
        .may("alert_rules", list_of("AlertRule", "Which events become alerts."))
        .may("logging", to_or("Logging", "The query log.", default_of(Logging::default())))
        .closed()
}
