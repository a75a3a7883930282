//! Chains of aliases that never end (RFC 1034 section 3.6.2), over all zones and through services: by a down response
//! that is a CNAME, and by members that are answered as one.

use std::collections::{HashMap, HashSet};

use super::index::{At, Index};
use super::zone::Alias;
use crate::config::{DownResponse, Service};
use crate::name::DnsName;
use crate::problem::Problems;
use crate::rrtype::RrType;

/// Where an alias is configured.
enum Place {
    Set(At),
    Down,
    Member { pool: usize, member: usize },
}

/// One way on from a name.
struct Lead<'a> {
    place: Place,
    target: &'a DnsName,
}

/// A name with all that it may be an alias of. A service may have many: which of them is answered is decided anew for
/// each query, so that every one of them has to end.
struct Node<'a> {
    owner: &'a DnsName,
    leads: Vec<Lead<'a>>,
}

/// Reports the circles of each set of names once.
pub fn circles(index: &Index<'_>, aliases: &[Alias], problems: &mut Problems) {
    cname_circles(index, aliases, problems);
    dname_circles(index, aliases, problems);
}

fn cname_circles(index: &Index<'_>, aliases: &[Alias], problems: &mut Problems) {
    let mut nodes = Vec::new();
    let mut by_set = HashMap::new();
    let mut by_service = HashMap::new();
    for alias in aliases.iter().filter(|alias| alias.at.rr_type == RrType::CNAME) {
        by_set.insert((alias.at.zone, alias.at.set), nodes.len());
        nodes.push(of_set(alias));
    }
    for (place, service) in index.config.services.iter().enumerate() {
        let leads = of_service(service);
        if !leads.is_empty() {
            by_service.insert(place, nodes.len());
            nodes.push(Node { owner: &service.name, leads });
        }
    }
    if nodes.is_empty() {
        return;
    }
    let below = index.config.services.iter().any(|service| service.wildcard);
    let existing = (below || nodes.iter().any(|node| node.owner.is_wildcard())).then(|| existing(index));
    let node_at = |name: &[u8], zone: usize| {
        let alias = index.names.get(name).and_then(|sets| sets.of(zone, RrType::CNAME));
        let service = index.service(name).and_then(|(place, _)| by_service.get(&place));
        alias.and_then(|at| by_set.get(&(at.zone, at.set))).or(service).copied()
    };
    let next = |target: &DnsName| {
        let zone = index.zone_of(target)?;
        if let Some(found) = node_at(target.wire(), zone) {
            return Some(found);
        }
        let existing = existing.as_ref()?;
        if existing.contains(target.wire()) {
            return None;
        }
        // RFC 4592 section 3.3.1: the wildcard below the closest encloser, and no other.
        let encloser = target.suffixes().find(|suffix| existing.contains(suffix))?;
        let wide = |(place, service): (usize, &Service)| by_service.get(&place).filter(|_| service.wildcard);
        node_at(&[b"\x01*", encloser].concat(), zone).or(index.service(encloser).and_then(wide).copied())
    };
    report(index, &nodes, next, "aliases", problems);
}

fn of_set(alias: &Alias) -> Node<'_> {
    Node { owner: &alias.owner, leads: vec![Lead { place: Place::Set(alias.at), target: &alias.target }] }
}

/// Where a service may lead. One that is its own alias is told so where services and members are checked.
fn of_service(service: &Service) -> Vec<Lead<'_>> {
    let pools = service.pools.iter().enumerate();
    let all = pools.flat_map(|(pool, of)| of.members.iter().enumerate().map(move |(i, m)| (pool, i, m)));
    let members = all.filter_map(|(pool, member, of)| {
        Some(Lead { place: Place::Member { pool, member }, target: of.alias()? })
    });
    let down = match &service.down_response {
        DownResponse::Cname(target) => Some(Lead { place: Place::Down, target }),
        _ => None,
    };
    members.chain(down).filter(|lead| *lead.target != service.name).collect()
}

/// A DNAME whose target lies below another, or below itself, is followed again and again until the name is too long.
fn dname_circles(index: &Index<'_>, aliases: &[Alias], problems: &mut Problems) {
    let dnames: Vec<&Alias> = aliases.iter().filter(|alias| alias.at.rr_type == RrType::DNAME).collect();
    let by_owner: HashMap<&[u8], usize> =
        dnames.iter().enumerate().map(|(i, alias)| (alias.owner.wire(), i)).collect();
    let nodes: Vec<Node<'_>> = dnames.iter().map(|alias| of_set(alias)).collect();
    let next = |target: &DnsName| {
        let zone = index.zone_of(target)?;
        let found = target.suffixes().find_map(|suffix| by_owner.get(suffix).copied())?;
        (dnames[found].at.zone == zone).then_some(found)
    };
    report(index, &nodes, next, "DNAMEs", problems);
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

/// How far the walk is with a name.
#[derive(Clone, Copy, PartialEq)]
enum Met {
    Never,
    /// It is on the path walked now, so far from its beginning.
    OnPath(usize),
    Done,
}

/// Follows every lead once, depth first: one that comes back to the path it left closes a circle.
fn report(
    index: &Index<'_>,
    nodes: &[Node<'_>],
    next: impl Fn(&DnsName) -> Option<usize>,
    what: &str,
    problems: &mut Problems,
) {
    let mut met = vec![Met::Never; nodes.len()];
    let mut reported = HashSet::new();
    for start in 0..nodes.len() {
        if met[start] != Met::Never {
            continue;
        }
        // Each name of the path, with the leads of it that are followed already.
        let mut path = vec![(start, 0)];
        met[start] = Met::OnPath(0);
        while let Some((node, followed)) = path.last_mut() {
            let Some(lead) = nodes[*node].leads.get(*followed) else {
                met[*node] = Met::Done;
                path.pop();
                continue;
            };
            *followed += 1;
            let Some(to) = next(lead.target) else { continue };
            match met[to] {
                Met::Never => {
                    met[to] = Met::OnPath(path.len());
                    path.push((to, 0));
                }
                Met::OnPath(begin) => {
                    let circle = &path[begin..];
                    let mut names: Vec<usize> = circle.iter().map(|(node, _)| *node).collect();
                    names.sort_unstable();
                    if reported.insert(names) {
                        problem(index, nodes, circle, what, problems);
                    }
                }
                Met::Done => {}
            }
        }
    }
}

/// Says a circle with its names, beside the first alias of it.
fn problem(
    index: &Index<'_>,
    nodes: &[Node<'_>],
    circle: &[(usize, usize)],
    what: &str,
    problems: &mut Problems,
) {
    let Some((first, followed)) = circle.first() else { return };
    let (node, lead) = (&nodes[*first], &nodes[*first].leads[followed - 1]);
    let mut names: Vec<String> = circle.iter().map(|(node, _)| nodes[*node].owner.to_string()).collect();
    names.push(names[0].clone());
    if names.len() > 12 {
        names.splice(6..names.len() - 5, ["...".to_owned()]);
    }
    let message = format!(
        "{}: this chain of {what} never ends (RFC 1034 section 3.6.2): let one of them lead elsewhere",
        names.join(" -> ")
    );
    let field = match lead.place {
        Place::Set(at) => format!("{}.data", at.path(&index.config.zones)),
        Place::Down => format!("services[{}].down_response.cname", node.owner),
        Place::Member { pool, member } => {
            let service = index.service(node.owner.wire()).map(|(_, service)| service);
            let pool = service.map(|service| service.pools[pool].name.as_str()).unwrap_or_default();
            format!("services[{}].pools[{pool}].members[{member}].fqdn", node.owner)
        }
    };
    problems.push(field, lead.target.to_string(), message);
}
