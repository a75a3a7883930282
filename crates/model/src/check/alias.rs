//! Chains of aliases that never end (RFC 1034 section 3.6.2), over all zones and through services whose down response
//! is a CNAME.

use std::collections::{HashMap, HashSet};

use super::index::{At, Index};
use super::zone::Alias;
use crate::config::DownResponse;
use crate::name::DnsName;
use crate::problem::Problems;
use crate::rrtype::RrType;

/// Where an alias is configured.
enum Place {
    Set(At),
    Service,
}

/// What leads from one name to another.
struct Step<'a> {
    place: Place,
    owner: &'a DnsName,
    target: &'a DnsName,
}

/// Reports each circle once.
pub fn circles(index: &Index<'_>, aliases: &[Alias], problems: &mut Problems) {
    cname_circles(index, aliases, problems);
    dname_circles(index, aliases, problems);
}

fn cname_circles(index: &Index<'_>, aliases: &[Alias], problems: &mut Problems) {
    let mut steps = Vec::new();
    let mut by_set = HashMap::new();
    let mut by_service = HashMap::new();
    for alias in aliases.iter().filter(|alias| alias.at.rr_type == RrType::CNAME) {
        by_set.insert((alias.at.zone, alias.at.set), steps.len());
        steps.push(Step { place: Place::Set(alias.at), owner: &alias.owner, target: &alias.target });
    }
    for (place, service) in index.config.services.iter().enumerate() {
        // A service that is its own alias is told so where services are checked.
        if let DownResponse::Cname(target) = &service.down_response
            && *target != service.name
        {
            by_service.insert(place, steps.len());
            steps.push(Step { place: Place::Service, owner: &service.name, target });
        }
    }
    if steps.is_empty() {
        return;
    }
    let existing = steps.iter().any(|step| step.owner.is_wildcard()).then(|| existing(index));
    let step_at = |name: &[u8], zone: usize| {
        let alias = index.names.get(name).and_then(|sets| sets.of(zone, RrType::CNAME));
        let service = index.service(name).and_then(|(place, _)| by_service.get(&place));
        alias.and_then(|at| by_set.get(&(at.zone, at.set))).or(service).copied()
    };
    let next = |step: usize| {
        let target = steps[step].target;
        let zone = index.zone_of(target)?;
        if step_at(target.wire(), zone).is_some() {
            return step_at(target.wire(), zone);
        }
        let existing = existing.as_ref()?;
        if existing.contains(target.wire()) {
            return None;
        }
        // RFC 4592 section 3.3.1: the wildcard below the closest encloser, and no other.
        let encloser = target.suffixes().find(|suffix| existing.contains(suffix))?;
        step_at(&[b"\x01*", encloser].concat(), zone)
    };
    report(index, &steps, next, "aliases", problems);
}

/// A DNAME whose target lies below another, or below itself, is followed again and again until the name is too long.
fn dname_circles(index: &Index<'_>, aliases: &[Alias], problems: &mut Problems) {
    let dnames: Vec<&Alias> = aliases.iter().filter(|alias| alias.at.rr_type == RrType::DNAME).collect();
    let by_owner: HashMap<&[u8], usize> =
        dnames.iter().enumerate().map(|(i, alias)| (alias.owner.wire(), i)).collect();
    let steps: Vec<Step<'_>> = dnames
        .iter()
        .map(|alias| Step { place: Place::Set(alias.at), owner: &alias.owner, target: &alias.target })
        .collect();
    let next = |step: usize| {
        let target = steps[step].target;
        let zone = index.zone_of(target)?;
        let found = target.suffixes().find_map(|suffix| by_owner.get(suffix).copied())?;
        (dnames[found].at.zone == zone).then_some(found)
    };
    report(index, &steps, next, "DNAMEs", problems);
}

/// Every name that exists, those included that only have something below them.
fn existing<'a>(index: &Index<'a>) -> HashSet<&'a [u8]> {
    let mut all = HashSet::new();
    let owners = index.names.all().map(|(name, _)| name);
    let services = index.config.services.iter().map(|service| &service.name);
    let apexes = index.config.zones.iter().map(|zone| &zone.name);
    for name in owners.chain(services).chain(apexes) {
        let Some(zone) = index.zone_of(name) else { continue };
        let apex = index.config.zones[zone].name.wire().len();
        for suffix in name.suffixes().take_while(|suffix| suffix.len() >= apex) {
            if !all.insert(suffix) {
                break;
            }
        }
    }
    all
}

/// Follows every chain once.
fn report(
    index: &Index<'_>,
    steps: &[Step<'_>],
    next: impl Fn(usize) -> Option<usize>,
    what: &str,
    problems: &mut Problems,
) {
    // The walk in which a step was first met; 0 for none yet.
    let mut met = vec![0usize; steps.len()];
    for start in 0..steps.len() {
        let mut at = Some(start);
        let mut path = Vec::new();
        while let Some(step) = at.filter(|step| met[*step] == 0) {
            met[step] = start + 1;
            path.push(step);
            at = next(step);
        }
        let Some(begin) = at.filter(|step| met[*step] == start + 1) else { continue };
        let circle = path.iter().skip_while(|step| **step != begin);
        let mut names: Vec<String> = circle.map(|step| steps[*step].owner.to_string()).collect();
        names.push(names[0].clone());
        if names.len() > 12 {
            names.splice(6..names.len() - 5, ["...".to_owned()]);
        }
        let message = format!(
            "{}: this chain of {what} never ends (RFC 1034 section 3.6.2): let one of them lead elsewhere",
            names.join(" -> ")
        );
        let field = match steps[begin].place {
            Place::Set(at) => format!("{}.data", at.path(&index.config.zones)),
            Place::Service => format!("services[{}].down_response.cname", steps[begin].owner),
        };
        problems.push(field, steps[begin].target.to_string(), message);
    }
}
