//! Topology rules.

use super::index::Index;
use super::{duplicates, unknown};
use crate::config::{Algorithm, PoolChoice, Service};
use crate::problem::Problems;

pub fn rules(index: &Index<'_>, service: &Service, at: &str, problems: &mut Problems) {
    // A CNAME stands for every type of its name: which kind answers cannot be left to each client.
    let by_client = service.pool_choice == PoolChoice::Geo || !service.topology.is_empty();
    if by_client
        && let Some(pool) = service.pools.iter().find(|p| p.is_alias() != service.pools[0].is_alias())
    {
        let message = "pools that are chosen by client are all answered as a CNAME or all by address: give this one \
                       members of the kind of the others, or put it into a service of its own";
        problems.push(format!("{at}.pools[{}].members", pool.name), "", message);
    }
    duplicates(problems, &format!("{at}.topology"), service.topology.iter().filter_map(|r| r.name.as_ref()));
    let by_topology = |pool: &&crate::config::Pool| pool.algorithm == Algorithm::Topology;
    if service.topology.is_empty()
        && let Some(pool) = service.pools.iter().find(by_topology)
    {
        let message =
            "the service has no topology rules to choose by: give it some, or choose another algorithm";
        problems.push(format!("{at}.pools[{}].algorithm", pool.name), Algorithm::Topology.as_str(), message);
    }
    for (i, rule) in service.topology.iter().enumerate() {
        let at = match &rule.name {
            Some(name) => format!("{at}.topology[{name}]"),
            None => format!("{at}.topology[{i}]"),
        };
        if rule.clients.is_empty() {
            let message = "the rule is for nobody: give networks, countries, continents or AS numbers";
            problems.push(format!("{at}.clients"), "", message);
        }
        if rule.to.is_empty() {
            let message = "the rule leads nowhere: name pools of the service, locations or sites";
            problems.push(format!("{at}.to"), "", message);
        }
        for name in &rule.to {
            let text = name.as_str();
            if service.pool(text).is_some() {
                continue;
            }
            if !index.has_location(text) && !index.has_site(text) {
                let pools = service.pools.iter().map(|p| p.name.as_str());
                let places = index.config.locations.iter().map(|l| l.name.as_str());
                let sites = index.config.sites.iter().map(|s| s.name.as_str());
                let known = pools.chain(places).chain(sites);
                problems.push(
                    format!("{at}.to"),
                    text,
                    unknown("pool of this service, location or site", text, known),
                );
            } else if !service.pools.iter().any(|pool| by_topology(&pool)) {
                let message = "locations and sites are chosen among by pools whose algorithm is topology, and the \
                               service has none: name a pool, or change the algorithm of one";
                problems.push(format!("{at}.to"), text, message);
            }
        }
    }
}
