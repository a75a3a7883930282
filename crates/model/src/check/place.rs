//! Locations and groups of clients.

use std::collections::HashMap;

use super::index::Index;
use super::unknown;
use crate::config::{ClientGroup, Location};
use crate::problem::Problems;

pub fn location(index: &Index<'_>, location: &Location, problems: &mut Problems) {
    let at = format!("locations[{}]", location.name);
    if let Some(site) = location.site.as_ref().filter(|site| !index.has_site(site.as_str())) {
        let known = index.config.sites.iter().map(|s| s.name.as_str());
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
    // Half of a pair is no place on the globe, and would be left out in silence.
    let remedy = "give latitude and longitude, or neither";
    match (location.latitude, location.longitude) {
        (Some(_), None) => problems.push(format!("{at}.longitude"), "", remedy),
        (None, Some(_)) => problems.push(format!("{at}.latitude"), "", remedy),
        _ => {}
    }
}

/// A network is in one group: of two, neither would be the longer.
pub fn client_groups(groups: &[ClientGroup], problems: &mut Problems) {
    let mut taken = HashMap::new();
    for group in groups {
        let at = format!("client_groups[{}].cidr", group.name);
        if group.cidr.is_empty() {
            problems.push(&at, "", "a group of clients needs at least one network such as 10.0.0.0/8");
        }
        for network in &group.cidr {
            if let Some(other) =
                taken.insert(network.trunc(), &group.name).filter(|name| **name != group.name)
            {
                let message = format!("this network is in the group {other} as well: remove one of the two");
                problems.push(&at, network.to_string(), message);
            }
        }
    }
}
