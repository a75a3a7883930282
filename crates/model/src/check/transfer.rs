//! What a zone's transfers need to be: somebody who may transfer, each listed once.

use std::collections::HashSet;

use crate::config::Zone;
use crate::problem::Problems;

/// Entries each list holds at most; they are gone through one by one.
const MOST: usize = 100;

/// Adds the problems of a zone's transfers.
pub fn fields(zone: &Zone, problems: &mut Problems) {
    let Some(transfer) = &zone.transfer else { return };
    let at = format!("zones[{}].transfer", zone.name);
    if transfer.secondaries.is_empty() && transfer.allow.is_empty() {
        let message =
            "nobody may transfer the zone: name secondaries or networks in allow, or remove transfer";
        problems.push(&*at, "", message);
    }
    for (list, length) in [("secondaries", transfer.secondaries.len()), ("allow", transfer.allow.len())] {
        if length > MOST {
            problems.push(
                format!("{at}.{list}"),
                length.to_string(),
                format!("give at most {MOST} entries: networks hold many servers"),
            );
        }
    }
    let mut seen = HashSet::new();
    for secondary in &transfer.secondaries {
        let field = format!("{at}.secondaries[{}].address", secondary.text());
        let ip = secondary.address.ip();
        if ip.is_unspecified() || ip.is_multicast() {
            problems.push(&*field, secondary.text(), "no server has this address: give a unicast one");
        }
        if !seen.insert(secondary.address) {
            problems.push(field, secondary.text(), "this secondary is there already: give each once");
        }
    }
}
