//! Services.

use super::index::Index;
use super::zone::above;
use super::{duplicates, listed, unknown};
use super::{pool, topology};
use crate::config::{DownResponse, Service};
use crate::name::DnsName;
use crate::problem::Problems;
use crate::rrtype::RrType;
use crate::value::Span;

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
    for each in &service.pools {
        pool::pool(index, service, each, &format!("{at}.pools[{}]", each.name), problems);
    }
    topology::rules(index, service, &at, problems);
    if let Some(ramp) = &service.ramp {
        if !(2..=20).contains(&ramp.steps) {
            problems.push(format!("{at}.ramp.steps"), ramp.steps.to_string(), "give 2 to 20 steps");
        }
        if ramp.duration < Span::seconds(1) || ramp.duration > Span::seconds(86_400) {
            problems.push(format!("{at}.ramp.duration"), ramp.duration.to_string(), "give 1s to 1d");
        }
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
    if service.wildcard && name.is_wildcard() {
        wrong("the name begins with `*` and answers what is below already: leave `wildcard` out".to_owned());
    }
    let below = if service.wildcard { DnsName::from_wire(&[b"\x01*", name.wire()].concat()) } else { None };
    if let Some((_, other)) = below.as_ref().and_then(|below| index.service(below.wire())) {
        wrong(format!(
            "the service {name} answers every name below it, and so does the service {}: remove one of the two, or \
             leave `wildcard` out",
            other.name
        ));
    }
    let own = index.names.get(name.wire()).into_iter().flat_map(|sets| sets.all());
    let beneath = below.as_ref().and_then(|below| index.names.get(below.wire()));
    for set in own.chain(beneath.into_iter().flat_map(|sets| sets.all())) {
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
