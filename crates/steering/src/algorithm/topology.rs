//! Which clients are sent where.

use std::sync::Arc;

use model::config::{Clients, Service, TopologyRule};
use model::value::Label;

use crate::client::{Client, Place};
use crate::networks::Networks;

/// A service's rules, made for finding the first that matches a client.
#[derive(Clone, Debug)]
pub struct Rules {
    rules: Arc<[TopologyRule]>,
    /// Where each leads.
    targets: Arc<[Targets]>,
    /// Of each network the first rule that names it or one around it.
    networks: Networks<usize>,
    /// The first rule for which a client's address is not enough.
    first_by_place: usize,
}

/// What a rule names, the most wanted first. A name that is a pool's and a place's as well is the pool's.
#[derive(Clone, Debug)]
pub struct Targets {
    /// Indices of pools of the service.
    pub pools: Vec<usize>,
    /// Locations and sites.
    pub places: Vec<Label>,
}

impl Targets {
    fn of(rule: &TopologyRule, service: &Service) -> Targets {
        let pool = |name: &Label| service.pools.iter().position(|pool| pool.name == *name);
        Targets {
            pools: rule.to.iter().filter_map(pool).collect(),
            places: rule.to.iter().filter(|name| pool(name).is_none()).cloned().collect(),
        }
    }
}

impl Rules {
    /// Of a service; none without rules.
    pub fn new(service: &Service) -> Option<Rules> {
        let rules = &service.topology[..];
        let networks = rules.iter().enumerate();
        let networks =
            networks.flat_map(|(i, rule)| rule.clients.cidr.iter().map(move |network| (*network, i)));
        let first_by_place = rules.iter().position(|rule| rule.clients.needs_a_place());
        (!rules.is_empty()).then(|| Rules {
            rules: rules.into(),
            targets: rules.iter().map(|rule| Targets::of(rule, service)).collect(),
            networks: Networks::new(networks, |around, own| own.min(*around)),
            first_by_place: first_by_place.unwrap_or(rules.len()),
        })
    }

    /// What each names, in their order.
    pub fn targets(&self) -> &[Targets] {
        &self.targets
    }

    /// The first rule that matches a client, and the scope of that.
    pub fn of(&self, client: &Client<'_>) -> (Option<usize>, u8) {
        let found = self.networks.find(client.network, client.prefix);
        let by_network = found.value.copied();
        let before = by_network.unwrap_or(self.rules.len());
        if self.first_by_place >= before {
            return (by_network, found.scope);
        }
        let located = client.atlas.located(client);
        let by_place =
            (self.first_by_place..before).find(|i| is_for(&self.rules[*i].clients, &located.place));
        (by_place.or(by_network), found.scope.max(located.prefix))
    }

    /// What a rule is called: its name, or its place in the list, from 1.
    pub fn name(&self, rule: usize) -> String {
        let name = self.rules.get(rule).and_then(|rule| rule.name.as_ref());
        name.map_or_else(|| format!("number {}", rule + 1), ToString::to_string)
    }
}

fn is_for(clients: &Clients, place: &Place) -> bool {
    place.country.is_some_and(|country| clients.country.contains(&country))
        || place.continent.is_some_and(|continent| clients.continent.contains(&continent))
        || place.asn.is_some_and(|asn| clients.asn.contains(&asn))
}
