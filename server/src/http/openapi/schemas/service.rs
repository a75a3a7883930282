//! Services with their pools and members.

use model::config::{Algorithm, DownResponse};
use model::{Priority, Ttl, Weight};
use utoipa::openapi::{OneOfBuilder, Schema};

use super::Named;
use crate::http::openapi::shape::{
    default_of, flag, list_of, object, or_null, some_of, text, to, to_or, to_or_null, whole, word,
};

pub const ALL: &[Named] = &[
    ("Service", service),
    ("DownResponse", down_response),
    ("Pool", pool),
    ("Member", member),
    ("ServicePool", service_pool),
    ("ServiceMember", service_member),
    ("MemberPatch", member_patch),
];

fn service() -> Schema {
    let answers = "Addresses in one answer, 0 for all that are eligible. Other than 1, clients choose and weights advise.";
    object("A name whose answers are steered.")
        .must("name", to("DnsName", "The name asked for, inside a zone; no wildcard."))
        .may("description", text("What it is for, in the operator's words.").max_length(Some(1000)))
        .may(
            "enabled",
            flag("Answered at all; a disabled service's name does not exist.").default(Some(true.into())),
        )
        .may("ttl", to_or("Ttl", "TTL of its answers, seconds.", default_of(Ttl::default())))
        .may("answers", whole(answers, 0, 20).default(Some(1.into())))
        .may(
            "down_response",
            to_or(
                "DownResponse",
                "What is answered when no member is up.",
                default_of(DownResponse::default()),
            ),
        )
        .may("monitors", list_of("Label", "Monitors every member is checked with; all must pass."))
        .must("pools", some_of("Pool", "Pools; each name once."))
        .closed()
}

fn down_response() -> Schema {
    let words = "`fail_open`: as if all were up. `all_records`: every enabled member of the chosen pool. `none`: \
                 silence. `empty`: NOERROR without an address.";
    let plain = [DownResponse::FailOpen, DownResponse::AllRecords, DownResponse::None, DownResponse::Empty];
    let fallback = some_of("Address", "The addresses.");
    let cname = to("DnsName", "The name; not the service's own.");
    OneOfBuilder::new()
        .description(Some("What is answered when no member of any pool is up."))
        .item(word(words, &plain.each_ref().map(DownResponse::as_str)))
        .item(object("These addresses.").must("fallback", fallback).closed())
        .item(object("Another name.").must("cname", cname).closed())
        .into()
}

fn pool() -> Schema {
    let priority =
        "Of the pools with a member up the highest is answered from; 0 is monitored and never chosen.";
    let algorithm = "`round_robin`: exact, any period of answers holds each member exactly by its weight. `random`: \
                     an independent weighted draw for each answer.";
    let algorithms = Algorithm::ALL.map(|(algorithm, _)| algorithm.as_str());
    object("Members that are chosen among by one algorithm.")
        .must("name", to("Label", "Name of the pool, once in a service."))
        .may("priority", to_or("Priority", priority, default_of(Priority::default())))
        .may("algorithm", word(algorithm, &algorithms).default(Some(default_of(Algorithm::default()))))
        .may("enabled", flag("Chosen at all.").default(Some(true.into())))
        .must("members", some_of("Member", "Members; each address once."))
        .closed()
}

fn member() -> Schema {
    let enabled = "Answered at all; a disabled member is never answered, fail-open included.";
    object("An address that answers may name.")
        .must("address", to("Address", "The address answered and checked; unicast."))
        .may("location", to("Label", "Where it lives; the location's site is the one it is counted to."))
        .may("weight", to_or("Weight", "Share of the pool's answers.", default_of(Weight::default())))
        .may("enabled", flag(enabled).default(Some(true.into())))
        .closed()
}

fn service_pool() -> Schema {
    object("A pool with its service, as the list of all pools has it.")
        .must("service", to("DnsName", "The service."))
        .must("pool", to("Pool", "The pool."))
        .open()
}

fn service_member() -> Schema {
    object("A member with its service and pool, as the list of all members has it.")
        .must("service", to("DnsName", "The service."))
        .must("pool", to("Label", "The pool."))
        .must("address", to("Address", "The address answered and checked."))
        .must("site", to_or_null("Label", "The site it is counted to."))
        .must("location", to_or_null("Label", "Where it lives."))
        .must("weight", to("Weight", "Share of the pool's answers."))
        .must("enabled", flag("Answered at all."))
        .must("health", to("Health", "What the checks say together."))
        .open()
}

fn member_patch() -> Schema {
    object("What of a member changes; what is absent or null stays.")
        .may("weight", to_or_null("Weight", "Its new weight."))
        .may("enabled", or_null(flag("Whether it is answered at all.")))
        .closed()
}
