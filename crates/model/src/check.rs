//! What only the whole configuration can say: references, duplicates, names outside every zone.
//!
//! [`check`] collects every problem at once; a configuration with any is not accepted, and nothing of it is applied.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::hash::Hash;

use crate::check_transfer::check_transfer;
use crate::config::{Config, DownResponse, Location, Monitor, MonitorKind, Service, Zone};
use crate::name::DnsName;
use crate::problem::{Problems, nearest};
use crate::rdata;
use crate::rrtype::RrType;
use crate::value::Span;

/// Longest period of a pool's schedule, in answers: the sum of its weights over their greatest common divisor.
/// Above it a table would cost more memory than a pool deserves; 200 members of coprime weight 1000 stay below.
pub const MAX_PERIOD: u64 = 200_000;

/// All problems of `config`.
pub fn check(config: &Config) -> Result<(), Problems> {
    let mut problems = Problems::default();
    if config.version != 1 {
        problems.push("version", config.version.to_string(), "this release reads version 1");
    }
    duplicates(&mut problems, "sites", config.sites.iter().map(|s| &s.name));
    duplicates(&mut problems, "locations", config.locations.iter().map(|l| &l.name));
    duplicates(&mut problems, "zones", config.zones.iter().map(|z| &z.name));
    duplicates(&mut problems, "monitors", config.monitors.iter().map(|m| &m.name));
    duplicates(&mut problems, "services", config.services.iter().map(|s| &s.name));
    for location in &config.locations {
        check_location(config, location, &mut problems);
    }
    for zone in &config.zones {
        check_zone(zone, &mut problems);
        check_transfer(zone, &mut problems);
    }
    for monitor in &config.monitors {
        check_monitor(monitor, &mut problems);
    }
    let owners = record_owners(config);
    for service in &config.services {
        check_service(config, service, &owners, &mut problems);
    }
    let day = Span::seconds(86_400).as_millis();
    let retention = config.logging.retention;
    if retention.as_millis() < day || !retention.as_millis().is_multiple_of(day) {
        problems.push(
            "logging.retention",
            retention.to_string(),
            "rows are dropped by the day: give whole days such as 7d",
        );
    }
    problems.into_result()
}

fn duplicates<'a, T: Eq + Hash + Display + 'a>(
    problems: &mut Problems,
    list: &str,
    names: impl Iterator<Item = &'a T>,
) {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            let message = "this name is there already: give each a name of its own, or edit the existing one";
            problems.push(format!("{list}[{name}].name"), name.to_string(), message);
        }
    }
}

fn check_location(config: &Config, location: &Location, problems: &mut Problems) {
    let at = format!("locations[{}]", location.name);
    if let Some(site) = &location.site
        && !config.sites.iter().any(|s| s.name == *site)
    {
        let known = config.sites.iter().map(|s| s.name.as_str());
        problems.push(format!("{at}.site"), site.to_string(), unknown("site", site.as_str(), known));
    }
    for (field, value, limit) in
        [("latitude", location.latitude, 90.0), ("longitude", location.longitude, 180.0)]
    {
        if let Some(degrees) = value.filter(|d| d.is_nan() || d.abs() > limit) {
            problems.push(
                format!("{at}.{field}"),
                degrees.to_string(),
                format!("give degrees from -{limit} to {limit}"),
            );
        }
    }
}

fn check_zone(zone: &Zone, problems: &mut Problems) {
    let at = format!("zones[{}]", zone.name);
    if zone.name.is_root() || zone.name.is_wildcard() {
        problems.push(
            format!("{at}.name"),
            zone.name.to_string(),
            "a zone needs a name such as gslb.example.org",
        );
    }
    let mut seen: HashMap<DnsName, Vec<RrType>> = HashMap::new();
    for (i, set) in zone.records.iter().enumerate() {
        let at = format!("{at}.records[{i}]");
        let owner = match set.owner(&zone.name) {
            Ok(owner) if owner.is_within(&zone.name) => owner,
            Ok(_) => {
                let message = format!("the name is outside the zone {}: give one inside it", zone.name);
                problems.push(format!("{at}.name"), &*set.name, message);
                continue;
            }
            Err(e) => {
                problems.push(format!("{at}.name"), &*set.name, e.to_string());
                continue;
            }
        };
        if matches!(set.rr_type.0, 0 | 41 | 128..=255) {
            problems.push(format!("{at}.type"), set.rr_type.to_string(), "this type exists in queries only");
        } else if set.rr_type == RrType::NS && owner == zone.name {
            let message = "the zone's own name servers are set by its field name_servers";
            problems.push(format!("{at}.type"), "NS", message);
        }
        let types = seen.entry(owner.clone()).or_default();
        if types.contains(&set.rr_type) {
            let message =
                format!("{owner} has records of type {} already: put all data into one set", set.rr_type);
            problems.push(format!("{at}.name"), &*set.name, message);
        }
        types.push(set.rr_type);
        if set.data.is_empty() {
            problems.push(format!("{at}.data"), "", "give the data of at least one record");
        }
        if rdata::is_alias(set.rr_type) && set.data.len() > 1 {
            let message = format!("a name has at most one {} (RFC 1034 section 3.6.2)", set.rr_type);
            problems.push(format!("{at}.data"), set.data.join(", "), message);
        }
        let mut data = HashSet::new();
        for text in &set.data {
            match rdata::parse(set.rr_type, text, &zone.name) {
                Err(e) => problems.push(format!("{at}.data"), &**text, e.to_string()),
                Ok(wire) if data.contains(&wire) => {
                    problems.push(
                        format!("{at}.data"),
                        &**text,
                        "this record is there twice (RFC 2181 section 5)",
                    );
                }
                Ok(wire) => {
                    data.insert(wire);
                }
            }
        }
    }
    for (owner, types) in seen {
        let alias = types.contains(&RrType::CNAME);
        if alias && (types.len() > 1 || owner == zone.name) {
            let message = "a CNAME stands alone at its name, and never at the apex (RFC 1034 section 3.6.2)";
            problems.push(format!("{at}.records"), owner.to_string(), message);
        }
    }
}

fn check_monitor(monitor: &Monitor, problems: &mut Problems) {
    let at = format!("monitors[{}]", monitor.name);
    if monitor.port == 0 {
        problems.push(format!("{at}.port"), "0", "give a port from 1 to 65535");
    }
    if monitor.interval < Span::seconds(1) || monitor.interval > Span::seconds(3600) {
        problems.push(format!("{at}.interval"), monitor.interval.to_string(), "give 1s to 3600s");
    }
    if monitor.timeout < Span::millis(10) || monitor.timeout >= monitor.interval {
        let message = format!("give at least 10ms and less than the interval, {}", monitor.interval);
        problems.push(format!("{at}.timeout"), monitor.timeout.to_string(), message);
    }
    for (field, value) in [("failures", monitor.failures), ("successes", monitor.successes)] {
        if !(1..=50).contains(&value) {
            problems.push(format!("{at}.{field}"), value.to_string(), "give 1 to 50 checks");
        }
    }
    let http_only = [
        ("request", monitor.request.is_some()),
        ("host", monitor.host.is_some()),
        ("expect_status", !monitor.expect_status.is_empty()),
    ];
    for (field, _) in http_only.iter().filter(|(_, set)| *set && monitor.kind != MonitorKind::Http) {
        problems.push(format!("{at}.{field}"), "", "this field belongs to monitors of type http: remove it");
    }
    if let Some(request) = &monitor.request
        && let Err(why) = request_line(request)
    {
        problems.push(format!("{at}.request"), &**request, why);
    }
    if let Some(host) =
        monitor.host.as_ref().filter(|h| h.is_empty() || h.chars().any(|c| c <= ' ' || c > '~'))
    {
        problems.push(format!("{at}.host"), &**host, "give a host name, as in a browser's address");
    }
}

/// Method and path of a request line such as `HEAD /healthz HTTP/1.1`.
pub fn request_line(line: &str) -> Result<(&str, &str), &'static str> {
    const WRONG: &str = "write the request as `GET /path HTTP/1.1`";
    let mut words = line.split_ascii_whitespace();
    let (method, path, version) = (words.next().ok_or(WRONG)?, words.next().ok_or(WRONG)?, words.next());
    let good = ["GET", "HEAD", "OPTIONS"].contains(&method)
        && path.starts_with('/')
        && path.bytes().all(|b| (0x21..0x7f).contains(&b))
        && version.is_none_or(|v| v == "HTTP/1.0" || v == "HTTP/1.1")
        && words.next().is_none();
    if good {
        Ok((method, path))
    } else {
        Err("write the request as `GET /path HTTP/1.1`, with GET, HEAD or OPTIONS")
    }
}

/// Which static records stand at a name.
type Owners = HashMap<DnsName, Vec<RrType>>;

fn record_owners(config: &Config) -> Owners {
    let mut owners = Owners::new();
    for zone in &config.zones {
        for set in &zone.records {
            if let Ok(owner) = set.owner(&zone.name) {
                owners.entry(owner).or_default().push(set.rr_type);
            }
        }
    }
    owners
}

fn check_service(config: &Config, service: &Service, owners: &Owners, problems: &mut Problems) {
    let at = format!("services[{}]", service.name);
    if config.zone_of(&service.name).is_none() {
        let zones: Vec<String> = config.zones.iter().map(|z| z.name.to_string()).collect();
        let remedy = match zones.as_slice() {
            [] => "create its zone first".to_owned(),
            some => format!("create its zone first, or use a name below {}", some.join(" or ")),
        };
        let message = format!("the name is in no zone: {remedy}");
        problems.push(format!("{at}.name"), service.name.to_string(), message);
    }
    if service.name.is_wildcard() {
        let message = "wildcard services are not supported: give the full name";
        problems.push(format!("{at}.name"), service.name.to_string(), message);
    }
    if let Some(types) = owners.get(&service.name) {
        for rr_type in types.iter().filter(|t| matches!(**t, RrType::A | RrType::AAAA | RrType::CNAME)) {
            let message = format!("a static {rr_type} record has this name: remove one of the two");
            problems.push(format!("{at}.name"), service.name.to_string(), message);
        }
    }
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
    for name in &service.monitors {
        if config.monitor(name.as_str()).is_none() {
            let known = config.monitors.iter().map(|m| m.name.as_str());
            problems.push(
                format!("{at}.monitors"),
                name.to_string(),
                unknown("monitor", name.as_str(), known),
            );
        }
    }
    if service.pools.is_empty() {
        problems.push(format!("{at}.pools"), "", "a service needs at least one pool");
    }
    duplicates(problems, &format!("{at}.pools"), service.pools.iter().map(|p| &p.name));
    for pool in &service.pools {
        let at = format!("{at}.pools[{}]", pool.name);
        if pool.members.is_empty() {
            problems.push(format!("{at}.members"), "", "a pool needs at least one member");
        }
        let mut seen = HashSet::new();
        for (i, member) in pool.members.iter().enumerate() {
            let address = member.address.to_string();
            if !seen.insert(member.address) {
                let message = "this address is in the pool already: give each member once";
                problems.push(format!("{at}.members[{i}].address"), &*address, message);
            }
            if member.address.is_unspecified() || member.address.is_multicast() {
                let message = "no client can connect to this address: give a unicast one";
                problems.push(format!("{at}.members[{i}].address"), &*address, message);
            }
            if let Some(location) = &member.location
                && config.location(location.as_str()).is_none()
            {
                let known = config.locations.iter().map(|l| l.name.as_str());
                let message = unknown("location", location.as_str(), known);
                problems.push(format!("{at}.members[{i}].location"), location.to_string(), message);
            }
        }
        let weights: Vec<u64> = pool.members.iter().map(|m| u64::from(m.weight.get())).collect();
        let period = crate::shares::period(&weights);
        if period > MAX_PERIOD {
            let message = format!(
                "the weights have a period of {period} answers, at most {MAX_PERIOD}: use rounder ones"
            );
            problems.push(format!("{at}.members"), "", message);
        }
    }
}

fn unknown<'a>(what: &str, given: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match (nearest(given, known.clone()), known.collect::<Vec<_>>().as_slice()) {
        (Some(near), _) => format!("there is no {what} of this name; did you mean {near}?"),
        (None, []) => format!("there is no {what} of this name, and no {what} at all yet: define it first"),
        (None, some) => {
            format!("there is no {what} of this name: define it, or use one of {}", some.join(", "))
        }
    }
}
