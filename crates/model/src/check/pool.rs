//! Pools and their members.

use std::collections::HashSet;
use std::net::IpAddr;

use super::index::Index;
use super::unknown;
use crate::config::{AnswerAs, Member, Pool, Service};
use crate::problem::Problems;
use crate::rrtype::Family;

/// Longest period of a pool's schedule, in answers: the sum of its weights over their greatest common divisor.
/// Above it a table would cost more memory than a pool deserves; 200 members of coprime weight 1000 stay below.
pub const MAX_PERIOD: u64 = 200_000;

pub fn pool(index: &Index<'_>, service: &Service, pool: &Pool, at: &str, problems: &mut Problems) {
    if pool.members.is_empty() {
        problems.push(format!("{at}.members"), "", "a pool needs at least one member");
    }
    for (field, bits, most) in [("v4", pool.mask.v4, 32), ("v6", pool.mask.v6, 128)] {
        if !(1..=most).contains(&bits) {
            problems.push(format!("{at}.mask.{field}"), bits.to_string(), format!("give 1 to {most} bits"));
        }
    }
    let mut seen = HashSet::new();
    for (i, each) in pool.members.iter().enumerate() {
        let at = format!("{at}.members[{i}]");
        if !seen.insert(each.id()) {
            let (field, what) = if each.fqdn.is_some() { ("fqdn", "name") } else { ("address", "address") };
            let message = format!("this {what} is in the pool already: give each member once");
            problems.push(format!("{at}.{field}"), each.id().to_string(), message);
        }
        if each.is_alias() != pool.is_alias() {
            let message = "the members of a pool are all answered as a CNAME or all by address: put the others into \
                           a pool of their own";
            problems.push(format!("{at}.answer"), each.answer.as_str(), message);
        }
        member(index, service, each, &at, problems);
    }
    if pool.is_alias() && index.config.zones.iter().any(|zone| zone.name == service.name) {
        let message = "the service has the zone's own name, where no CNAME may stand (RFC 1034 section 3.6.2): \
                       answer the members by address";
        problems.push(format!("{at}.members[0].answer"), AnswerAs::Cname.as_str(), message);
    }
    let weights: Vec<u64> = pool.members.iter().map(|m| u64::from(index.weight_of(pool, m).get())).collect();
    let period = crate::shares::period(&weights);
    if period > MAX_PERIOD {
        let message =
            format!("the weights have a period of {period} answers, at most {MAX_PERIOD}: use rounder ones");
        problems.push(format!("{at}.members"), "", message);
    }
}

fn member(index: &Index<'_>, service: &Service, member: &Member, at: &str, problems: &mut Problems) {
    let mut wrong = |field: &str, value: String, message: &str| {
        problems.push(format!("{at}.{field}"), value, message);
    };
    match (member.address, &member.fqdn) {
        (None, None) => wrong("address", String::new(), "give the member an address or an fqdn"),
        (Some(address), Some(_)) => {
            let message = "a member has an address or an fqdn: remove one of the two";
            wrong("address", address.to_string(), message);
        }
        (Some(_), None) if member.answer == AnswerAs::Cname => {
            let message =
                "only a member with an fqdn can be answered as a CNAME: give it one, or leave `answer` out";
            wrong("answer", member.answer.as_str().to_owned(), message);
        }
        (None, Some(name)) if *name == service.name => {
            wrong("fqdn", name.to_string(), "the service cannot be a member of itself: give another name");
        }
        (None, Some(name)) if name.is_wildcard() || name.is_root() => {
            wrong("fqdn", name.to_string(), "this name has no addresses of its own: give that of a host");
        }
        _ => {}
    }
    for (field, address) in [("address", member.address), ("public_address", member.public_address)] {
        if let Some(address) = address.filter(|a| a.is_unspecified() || a.is_multicast()) {
            wrong(field, address.to_string(), "no client can connect to this address: give a unicast one");
        }
    }
    if let Some(public) = member.public_address {
        let family = |address: IpAddr| Family::of_address(address);
        if member.address.is_none_or(|address| family(address) != family(public)) {
            let message =
                "a public address stands beside an address of its own family: give both as IPv4 or as IPv6";
            wrong("public_address", public.to_string(), message);
        }
    }
    if let Some(location) = member.location.as_ref().filter(|name| !index.has_location(name.as_str())) {
        let known = index.config.locations.iter().map(|l| l.name.as_str());
        let message = unknown("location", location.as_str(), known);
        wrong("location", location.to_string(), &message);
    }
}
