//! Rules of alerts.

use super::index::Index;
use super::unknown;
use crate::config::AlertRule;
use crate::occurrence::Kind;
use crate::problem::Problems;
use crate::value::Span;

/// Most events a rule may ask for before it alerts; they are kept in memory.
const MAX_THRESHOLD: u32 = 1000;

pub fn rule(index: &Index<'_>, rule: &AlertRule, problems: &mut Problems) {
    let at = format!("alert_rules[{}]", rule.name);
    let config = index.config;
    if rule.events.is_empty() {
        problems.push(format!("{at}.events"), "", "name at least one event, as GS_DOWN");
    }
    for kind in rule.events.iter().filter(|kind| !Kind::choices().any(|choice| choice == **kind)) {
        let message = "no rule can ask for this event: remove it";
        problems.push(format!("{at}.events"), kind.as_str(), message);
    }
    if rule.channels.is_empty() {
        problems.push(format!("{at}.channels"), "", "name at least one channel that its alerts go to");
    }
    for channel in rule.channels.iter().filter(|name| config.channel(name.as_str()).is_none()) {
        let known = config.channels.iter().map(|c| c.name.as_str());
        problems.push(
            format!("{at}.channels"),
            channel.to_string(),
            unknown("channel", channel.as_str(), known),
        );
    }
    for service in rule.services.iter().filter(|name| index.service(name.wire()).is_none()) {
        let known: Vec<String> = config.services.iter().map(|s| s.name.to_string()).collect();
        let name = service.to_string();
        let message = unknown("service", &name, known.iter().map(String::as_str));
        problems.push(format!("{at}.services"), &*name, message);
    }
    for site in rule.sites.iter().filter(|name| !index.has_site(name.as_str())) {
        let known = config.sites.iter().map(|s| s.name.as_str());
        problems.push(format!("{at}.sites"), site.to_string(), unknown("site", site.as_str(), known));
    }
    if !(1..=MAX_THRESHOLD).contains(&rule.threshold) {
        let message = format!("give 1 to {MAX_THRESHOLD} events");
        problems.push(format!("{at}.threshold"), rule.threshold.to_string(), message);
    }
    if rule.window < Span::seconds(1) || rule.window > Span::seconds(86_400) {
        problems.push(format!("{at}.window"), rule.window.to_string(), "give 1s to 1d");
    }
    if rule.throttle > Span::seconds(7 * 86_400) {
        problems.push(
            format!("{at}.throttle"),
            rule.throttle.to_string(),
            "give 0s to 7d; 0s alerts every time",
        );
    }
}
