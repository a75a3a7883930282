//! Services.

use std::collections::HashSet;

use super::index::Index;
use super::zone::above;
use super::{duplicates, listed, unknown};
use crate::config::{DownResponse, Pool, Service};
use crate::problem::Problems;
use crate::rrtype::RrType;

/// Longest period of a pool's schedule, in answers: the sum of its weights over their greatest common divisor.
/// Above it a table would cost more memory than a pool deserves; 200 members of coprime weight 1000 stay below.
pub const MAX_PERIOD: u64 = 200_000;

pub fn service(index: &Index<'_>, service: &Service, problems: &mut Problems) {
    let at = format!("services[{}]", service.name);
    name(index, service, &at, problems);
    if service.description.len() > 1000 {
        problems.push(format!("{at}.description"), "", "at most 1000 octets are kept");
    }
    if service.answers > 20 {
        problems.push(
            format!("{at}.answers"),
            service.answers.to_string(),
            "give 1 to 20 addresses, or 0 for all",
        );
    }
    match &service.down_response {
        DownResponse::Fallback(addresses) if addresses.is_empty() => {
            problems.push(format!("{at}.down_response.fallback"), "", "give at least one address");
        }
        DownResponse::Cname(target) if *target == service.name => {
            let message = "the service cannot be its own alias: give another name";
            problems.push(format!("{at}.down_response.cname"), target.to_string(), message);
        }
        _ => {}
    }
    for name in service.monitors.iter().filter(|name| !index.has_monitor(name.as_str())) {
        let known = index.config.monitors.iter().map(|m| m.name.as_str());
        problems.push(format!("{at}.monitors"), name.to_string(), unknown("monitor", name.as_str(), known));
    }
    if service.pools.is_empty() {
        problems.push(format!("{at}.pools"), "", "a service needs at least one pool");
    }
    duplicates(problems, &format!("{at}.pools"), service.pools.iter().map(|p| &p.name));
    for pool in &service.pools {
        members(index, pool, &format!("{at}.pools[{}]", pool.name), problems);
    }
}

/// Whether the service may have its name.
fn name(index: &Index<'_>, service: &Service, at: &str, problems: &mut Problems) {
    let name = &service.name;
    let mut wrong = |message: String| problems.push(format!("{at}.name"), name.to_string(), message);
    if name.labels().skip(1).any(|label| label == b"*") {
        wrong("`*` stands for other labels only as the first one: write it as *.apps.example.org".to_owned());
    }
    let Some(place) = index.zone_of(name) else {
        let zones: Vec<String> = index.config.zones.iter().take(20).map(|z| z.name.to_string()).collect();
        let remedy = match listed(zones.iter().map(String::as_str), " or ") {
            none if none.is_empty() => "create its zone first".to_owned(),
            some => format!("create its zone first, or use a name below {some}"),
        };
        return wrong(format!("the name is in no zone: {remedy}"));
    };
    let zone = &index.config.zones[place];
    if *name == zone.name && matches!(service.down_response, DownResponse::Cname(_)) {
        let message = "the service has the zone's own name, where no CNAME may stand (RFC 1034 section 3.6.2): \
                       choose another down response";
        problems.push(format!("{at}.down_response.cname"), name.to_string(), message);
    }
    let mut wrong = |message: String| problems.push(format!("{at}.name"), name.to_string(), message);
    for set in index.names.get(name.wire()).into_iter().flat_map(|sets| sets.all()) {
        let rr_type = set.rr_type;
        if set.zone == place && matches!(rr_type, RrType::A | RrType::AAAA | RrType::CNAME) {
            let record = &zone.records[set.set].name;
            wrong(format!(
                "the service {name} and the static {rr_type} record {record:?} of zone {} answer the same \
                 question: remove one of the two",
                zone.name
            ));
        }
        if set.zone == place && rr_type == RrType::NS && *name != zone.name {
            wrong(format!(
                "zone {} delegates {name} by a static NS record, and the service is never asked: remove one of \
                 the two",
                zone.name
            ));
        }
    }
    for (rr_type, does) in [(RrType::DNAME, "redirects"), (RrType::NS, "delegates")] {
        if let Some(above) = above(index.names, place, &zone.name, name, rr_type) {
            wrong(format!(
                "the static {rr_type} record of {above} in zone {} {does} every name below it, and the service \
                 {name} is never asked: remove one of the two",
                zone.name
            ));
        }
    }
}

fn members(index: &Index<'_>, pool: &Pool, at: &str, problems: &mut Problems) {
    if pool.members.is_empty() {
        problems.push(format!("{at}.members"), "", "a pool needs at least one member");
    }
    let mut seen = HashSet::new();
    for (i, member) in pool.members.iter().enumerate() {
        let address = || member.address.to_string();
        if !seen.insert(member.address) {
            let message = "this address is in the pool already: give each member once";
            problems.push(format!("{at}.members[{i}].address"), address(), message);
        }
        if member.address.is_unspecified() || member.address.is_multicast() {
            let message = "no client can connect to this address: give a unicast one";
            problems.push(format!("{at}.members[{i}].address"), address(), message);
        }
        if let Some(location) = member.location.as_ref().filter(|name| !index.has_location(name.as_str())) {
            let known = index.config.locations.iter().map(|l| l.name.as_str());
            let message = unknown("location", location.as_str(), known);
            problems.push(format!("{at}.members[{i}].location"), location.to_string(), message);
        }
    }
    let weights: Vec<u64> = pool.members.iter().map(|m| u64::from(m.weight.get())).collect();
    let period = crate::shares::period(&weights);
    if period > MAX_PERIOD {
        let message =
            format!("the weights have a period of {period} answers, at most {MAX_PERIOD}: use rounder ones");
        problems.push(format!("{at}.members"), "", message);
    }
}
