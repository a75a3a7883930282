//! What only the whole configuration can say: references, duplicates, names outside every zone, aliases that go in
//! circles.
//!
//! [`check`] collects every problem at once; a configuration with any is not accepted, and nothing of it is applied.
//! Its time grows with the configuration and no faster: names are looked up in tables.

mod alert;
mod alias;
mod channel;
mod index;
mod logging;
mod monitor;
mod place;
mod pool;
mod service;
mod topology;
mod transfer;
mod zone;

use std::collections::HashSet;
use std::fmt::Display;
use std::hash::Hash;

use crate::config::{Config, Zone};
use crate::problem::{Problems, nearest};
use index::{Index, Names};

pub use channel::split_address;
pub use monitor::request_line;
pub use pool::MAX_PERIOD;

/// All problems of `config`.
pub fn check(config: &Config) -> Result<(), Problems> {
    let mut problems = Problems::default();
    if config.version != 1 {
        problems.push("version", config.version.to_string(), "this release reads version 1");
    }
    duplicates(&mut problems, "sites", config.sites.iter().map(|s| &s.name));
    duplicates(&mut problems, "locations", config.locations.iter().map(|l| &l.name));
    duplicates(&mut problems, "client_groups", config.client_groups.iter().map(|g| &g.name));
    duplicates(&mut problems, "zones", config.zones.iter().map(|z| &z.name));
    duplicates(&mut problems, "monitors", config.monitors.iter().map(|m| &m.name));
    duplicates(&mut problems, "channels", config.channels.iter().map(|c| &c.name));
    duplicates(&mut problems, "alert_rules", config.alert_rules.iter().map(|r| &r.name));
    duplicates(&mut problems, "services", config.services.iter().map(|s| &s.name));
    let names = Names::of(&config.zones, &mut problems);
    let index = Index::of(config, &names);
    for location in &config.locations {
        place::location(&index, location, &mut problems);
    }
    place::client_groups(&config.client_groups, &mut problems);
    for zone in &config.zones {
        zone::fields(zone, &mut problems);
        transfer::fields(zone, &mut problems);
    }
    let aliases = zone::records(&config.zones, &names, &mut problems);
    for monitor in &config.monitors {
        monitor::monitor(monitor, &mut problems);
    }
    for service in &config.services {
        service::service(&index, service, &mut problems);
    }
    for channel in &config.channels {
        channel::channel(channel, &mut problems);
    }
    for rule in &config.alert_rules {
        alert::rule(&index, rule, &mut problems);
    }
    alias::circles(&index, &aliases, &mut problems);
    logging::logging(&config.logging, &mut problems);
    problems.into_result()
}

/// Problems of one zone that stands alone, as in a master file.
pub fn check_zone(zone: &Zone) -> Problems {
    let mut problems = Problems::default();
    let config = Config { zones: vec![zone.clone()], ..Config::default() };
    let names = Names::of(&config.zones, &mut problems);
    zone::fields(zone, &mut problems);
    let aliases = zone::records(&config.zones, &names, &mut problems);
    alias::circles(&Index::of(&config, &names), &aliases, &mut problems);
    problems
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

/// Most names a message lists.
const MAX_LISTED: usize = 10;

fn listed<'a>(names: impl Iterator<Item = &'a str>, between: &str) -> String {
    let mut some: Vec<&str> = names.take(MAX_LISTED + 1).collect();
    if some.len() > MAX_LISTED {
        some[MAX_LISTED] = "others";
    }
    some.join(between)
}

fn unknown<'a>(what: &str, given: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match (nearest(given, known.clone()), listed(known, ", ")) {
        (Some(near), _) => format!("there is no {what} of this name; did you mean {near}?"),
        (None, none) if none.is_empty() => {
            format!("there is no {what} of this name, and no {what} at all yet: define it first")
        }
        (None, some) => format!("there is no {what} of this name: define it, or use one of {some}"),
    }
}
