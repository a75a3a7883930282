//! What names a place, and so has to be changed before the place can be renamed or go.

use std::fmt;

use super::{Config, Service};
use crate::Label;
use crate::name::DnsName;

/// Something that names a site or a location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Referrer {
    /// A location, by its site.
    Location(Label),
    /// A service, by members that live there.
    Members {
        /// The service.
        service: DnsName,
        /// How many of its members.
        members: usize,
    },
    /// A service, by its topology rules.
    Topology(DnsName),
    /// A rule of alerts.
    AlertRule(Label),
}

impl fmt::Display for Referrer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Referrer::Location(name) => write!(f, "the location {name}"),
            Referrer::Members { service, members: 1 } => write!(f, "a member of {service}"),
            Referrer::Members { service, members } => write!(f, "{members} members of {service}"),
            Referrer::Topology(service) => write!(f, "a topology rule of {service}"),
            Referrer::AlertRule(name) => write!(f, "the alert rule {name}"),
        }
    }
}

/// Most referrers that a sentence names.
const MAX_NAMED: usize = 10;

impl Referrer {
    /// All of them in a sentence, as `the location s2 and the alert rule outage`.
    pub fn list(all: &[Referrer]) -> String {
        let mut words: Vec<String> = all.iter().take(MAX_NAMED).map(ToString::to_string).collect();
        if all.len() > MAX_NAMED {
            words.push(format!("{} more", all.len() - MAX_NAMED));
        }
        match words.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
            None => String::new(),
        }
    }
}

impl Config {
    /// What names a site.
    pub fn referrers_of_site(&self, site: &str) -> Vec<Referrer> {
        let locations = self.locations.iter().filter(|l| l.site.as_ref().is_some_and(|s| s.as_str() == site));
        let mut all: Vec<Referrer> = locations.map(|l| Referrer::Location(l.name.clone())).collect();
        // A rule leads to the location of a name before the site of it.
        if self.location(site).is_none() {
            all.extend(self.rules_to(site));
        }
        let rules = self.alert_rules.iter().filter(|rule| rule.sites.iter().any(|s| s.as_str() == site));
        all.extend(rules.map(|rule| Referrer::AlertRule(rule.name.clone())));
        all
    }

    /// What names a location.
    pub fn referrers_of_location(&self, location: &str) -> Vec<Referrer> {
        let lives = |service: &Service| {
            let members = service.pools.iter().flat_map(|pool| &pool.members);
            members.filter(|m| m.location.as_ref().is_some_and(|l| l.as_str() == location)).count()
        };
        let members = self.services.iter().map(|service| (service, lives(service)));
        let members = members.filter(|(_, members)| *members > 0);
        let mut all: Vec<Referrer> = members
            .map(|(service, members)| Referrer::Members { service: service.name.clone(), members })
            .collect();
        if self.sites.iter().all(|site| site.name.as_str() != location) {
            all.extend(self.rules_to(location));
        }
        all
    }

    /// Services whose topology rules lead to a place of this name; a pool of the name comes before a place.
    fn rules_to<'a>(&'a self, place: &'a str) -> impl Iterator<Item = Referrer> + 'a {
        let leads = move |service: &Service| {
            let mut to = service.topology.iter().flat_map(|rule| &rule.to);
            service.pool(place).is_none() && to.any(|name| name.as_str() == place)
        };
        self.services.iter().filter(move |s| leads(s)).map(|service| Referrer::Topology(service.name.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;

    fn config() -> Config {
        serde_json::from_value(serde_json::json!({
            "sites": [{"name": "here"}, {"name": "there"}, {"name": "idle"}, {"name": "p"}],
            "locations": [{"name": "h1", "site": "here"}, {"name": "h2", "site": "here"}, {"name": "t", "site": "there"},
                          {"name": "empty"}],
            "zones": [{"name": "a.test", "name_servers": ["ns.b.test"]}],
            "channels": [{"name": "c", "via": {"syslog": {"address": "192.0.2.1:514"}}}],
            "alert_rules": [{"name": "outage", "events": ["GS_DOWN"], "channels": ["c"], "sites": ["there"]}],
            "services": [{"name": "www.a.test", "topology": [{"clients": {"cidr": ["10.0.0.0/8"]}, "to": ["t", "here", "p"]}],
                "pools": [{"name": "p", "algorithm": "topology", "members": [
                    {"address": "192.0.2.1", "location": "h1"}, {"address": "192.0.2.2", "location": "h1"},
                    {"address": "192.0.2.3", "location": "t"}]}]}]}))
        .unwrap()
    }

    #[test]
    fn a_place_goes_exactly_when_nothing_names_it() {
        let config = config();
        check(&config).unwrap();
        for (i, site) in config.sites.iter().enumerate() {
            let mut without = config.clone();
            without.sites.remove(i);
            let named = !config.referrers_of_site(site.name.as_str()).is_empty();
            assert_eq!(check(&without).is_err(), named, "site {}", site.name);
        }
        for (i, location) in config.locations.iter().enumerate() {
            let mut without = config.clone();
            without.locations.remove(i);
            let named = !config.referrers_of_location(location.name.as_str()).is_empty();
            assert_eq!(check(&without).is_err(), named, "location {}", location.name);
        }
    }

    #[test]
    fn referrers_are_said_in_a_sentence() {
        let config = config();
        let site = |name| Referrer::list(&config.referrers_of_site(name));
        assert_eq!(site("here"), "the location h1, the location h2 and a topology rule of www.a.test");
        assert_eq!(site("there"), "the location t and the alert rule outage");
        assert_eq!((site("idle"), site("p")), (String::new(), String::new()));
        let location = |name| Referrer::list(&config.referrers_of_location(name));
        assert_eq!(location("h1"), "2 members of www.a.test");
        assert_eq!(location("t"), "a member of www.a.test and a topology rule of www.a.test");
        let many: Vec<Referrer> =
            (0..12).map(|i| Referrer::Location(format!("l{i}").parse().unwrap())).collect();
        assert!(Referrer::list(&many).ends_with("the location l9 and 2 more"));
    }
}
