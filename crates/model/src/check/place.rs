//! Locations.

use super::index::Index;
use super::unknown;
use crate::config::Location;
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
}
