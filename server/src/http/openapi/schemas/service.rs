//! Services with their pools and members.

use model::config::{Algorithm, AnswerAs, Continent, DownResponse, Fallback, HashMask, PoolChoice};
use model::value::Preference;
use model::{Priority, Ttl, Weight};
use utoipa::openapi::{OneOfBuilder, Schema};

use super::Named;
use crate::http::openapi::shape::{
    default_of, flag, list, list_of, object, or_null, some_of, text, to, to_or, to_or_null, whole, word,
};

pub const ALL: &[Named] = &[
    ("Service", service),
    ("DownResponse", down_response),
    ("Ramp", ramp),
    ("TopologyRule", topology_rule),
    ("Clients", clients),
    ("Pool", pool),
    ("HashMask", hash_mask),
    ("Member", member),
    ("ServicePool", service_pool),
    ("ServiceMember", service_member),
    ("MemberPatch", member_patch),
];

fn service() -> Schema {
    let answers = "Addresses in one answer, 0 for all that are eligible. Other than 1, clients choose and weights advise.";
    let wildcard = "Answers every name below its own as well that has no data of its own (RFC 4592); the longest \
                    match wins.";
    let min_members = "Eligible members to spread over at least: pools of the next lower priority join in until there \
                       are so many. 0 keeps to the one pool in force.";
    let choice = "`priority`: the pool of the highest priority. `geo`: the one with the eligible member nearest to the \
                  client.";
    let topology =
        "Which clients are sent where, before any other choice; the first rule that matches is the only one.";
    let choices = PoolChoice::ALL.map(|(choice, _)| choice.as_str());
    object("A name whose answers are steered.")
        .must("name", to("DnsName", "The name asked for, inside a zone; or a wildcard."))
        .may("description", text("What it is for, in the operator's words.").max_length(Some(1000)))
        .may(
            "enabled",
            flag("Answered at all; a disabled service's name does not exist.").default(Some(true.into())),
        )
        .may("wildcard", flag(wildcard).default(Some(false.into())))
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
        .may("min_members", whole(min_members, 0, u16::MAX.into()).default(Some(0.into())))
        .may("pool_choice", word(choice, &choices).default(Some(default_of(PoolChoice::default()))))
        .may("topology", list_of("TopologyRule", topology))
        .may(
            "manual_resume",
            flag("A member that recovered waits until an operator resumes it.").default(Some(false.into())),
        )
        .may("ramp", to("Ramp", "How a member that recovered climbs to its weight; at once when absent."))
        .must("pools", some_of("Pool", "Pools; each name once."))
        .closed()
}

fn ramp() -> Schema {
    object("A climb to full weight in equal steps.")
        .must("duration", to("Span", "From the recovery to the full weight, 1s to 1d."))
        .must("steps", whole("Steps in which the weight rises.", 2, 20))
        .closed()
}

fn topology_rule() -> Schema {
    let places = "Pools of the service, locations and sites, the most wanted first: of the pools the first with an \
                  eligible member answers, and in a pool whose algorithm is `topology` the members of the first \
                  location or site that has one.";
    object("Where some clients are sent.")
        .may("name", to("Label", "What it is called in explanations."))
        .must("clients", to("Clients", "The clients it is for."))
        .must("to", some_of("Label", places))
        .closed()
}

fn clients() -> Schema {
    let country = text("A code of ISO 3166-1 of two letters.").pattern(Some("^[A-Za-z]{2}$"));
    let continent = word("", &Continent::ALL.map(Continent::as_str));
    object("Clients by where they are; one match of any list is enough.")
        .may("cidr", list_of("Network", "Their networks."))
        .may("country", list(country, "Their countries."))
        .may("continent", list(continent, "Their continents."))
        .may("asn", list(whole("", 0, u32::MAX.into()), "Their autonomous systems' numbers."))
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
                     an independent weighted draw for each answer. `consistent_hash`: the same member for the same \
                     client network. `preference_order`: the member of the lowest preference that is up. `geo`: the \
                     member nearest to the client. `topology`: members at the locations and sites the rules name.";
    let fallback = "How `geo` and `topology` choose where the client's place is unknown, or among members that are \
                    equally good.";
    let draining = "Its members take no new answers while any other member of the service may be answered.";
    let fallbacks = Fallback::ALL.map(Fallback::as_str);
    let mask = to_or(
        "HashMask",
        "What of a client's address `consistent_hash` looks at.",
        default_of(HashMask::default()),
    );
    let algorithms = Algorithm::ALL.map(|(algorithm, _)| algorithm.as_str());
    object("Members that are chosen among by one algorithm.")
        .must("name", to("Label", "Name of the pool, once in a service."))
        .may("priority", to_or("Priority", priority, default_of(Priority::default())))
        .may("algorithm", word(algorithm, &algorithms).default(Some(default_of(Algorithm::default()))))
        .may("fallback", word(fallback, &fallbacks).default(Some(default_of(Fallback::default()))))
        .may("mask", mask)
        .may("weight", to("Weight", "Weight of each of its members, in the place of their own."))
        .may("enabled", flag("Chosen at all.").default(Some(true.into())))
        .may("draining", flag(draining).default(Some(false.into())))
        .must(
            "members",
            some_of("Member", "Members, each once; all answered by address, or all as an alias."),
        )
        .closed()
}

fn hash_mask() -> Schema {
    let default = HashMask::default();
    let bits = |about: &str, most: i64, default: u8| whole(about, 1, most).default(Some(default.into()));
    object("Leading bits of a client's address that a hash is made of.")
        .may("v4", bits("Of IPv4 clients.", 32, default.v4))
        .may("v6", bits("Of IPv6 clients.", 128, default.v6))
        .closed()
}

fn member() -> Schema {
    let enabled = "Answered at all; a disabled member is never answered, fail-open included.";
    let answer = "What of a name is answered: the `address` it resolves to, or the name itself as a `cname`.";
    let answers = [AnswerAs::Address, AnswerAs::Cname].map(AnswerAs::as_str);
    let public = "What clients outside the groups of private addresses are answered, of the same family.";
    let preference = "Its place in a pool by `preference_order`: the lowest that is up is answered.";
    let (least, most) = (Preference::MIN.get(), Preference::MAX.get());
    let draining = "Takes no new answers while any other member of the service may be answered.";
    object("What answers may name: an address, or a name that this server resolves or answers as an alias.")
        .may(
            "address",
            to("Address", "The address answered and checked; unicast. Absent where `fqdn` is given."),
        )
        .may("fqdn", to("DnsName", "A name that stands for the address. Absent where `address` is given."))
        .may("answer", word(answer, &answers).default(Some(default_of(AnswerAs::default()))))
        .may("public_address", to("Address", public))
        .may("location", to("Label", "Where it lives; the location's site is the one it is counted to."))
        .may("weight", to_or("Weight", "Share of the pool's answers.", default_of(Weight::default())))
        .may(
            "preference",
            whole(preference, least.into(), most.into()).default(Some(default_of(Preference::default()))),
        )
        .may("enabled", flag(enabled).default(Some(true.into())))
        .may("draining", flag(draining).default(Some(false.into())))
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
        .must(
            "address",
            to_or_null("Address", "The address answered and checked; null where it has an `fqdn`."),
        )
        .must("fqdn", to_or_null("DnsName", "The name that stands for the address."))
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
