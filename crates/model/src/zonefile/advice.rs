//! What is allowed in a zone and rarely meant: hosts that are aliases, and records below a delegation.

use std::collections::HashMap;

use super::gather::Host;
use super::{ZoneFile, at_line};
use crate::name::DnsName;
use crate::problem::Problem;
use crate::rrtype::RrType;

/// Adds it to the warnings.
pub fn add(file: &mut ZoneFile, hosts: &[Host]) {
    let zone = &file.zone;
    let owners: Vec<Option<DnsName>> = zone.records.iter().map(|set| set.owner(&zone.name).ok()).collect();
    let of_type = |rr_type: RrType| {
        let sets = owners.iter().zip(&zone.records).zip(&file.lines);
        sets.filter(move |((_, set), _)| set.rr_type == rr_type)
            .filter_map(|((owner, _), line)| Some((owner.as_ref()?.wire(), *line)))
            .collect::<HashMap<&[u8], usize>>()
    };
    let (aliases, cuts) = (of_type(RrType::CNAME), of_type(RrType::NS));
    let mut warnings = Vec::new();
    for host in hosts {
        if let Some(alias) = aliases.get(host.host.wire()) {
            let message = format!(
                "its {} record leads to {}, which is an alias by the CNAME in line {alias}: lead to its target \
                 instead (RFC 2181 section 10.3)",
                host.rr_type, host.host
            );
            warnings.push(Problem::new(at_line(host.line), host.owner.to_string(), message));
        }
    }
    for ((owner, set), line) in owners.iter().zip(&zone.records).zip(&file.lines) {
        let Some(owner) = owner else { continue };
        let mut warn =
            |message: String| warnings.push(Problem::new(at_line(*line), owner.to_string(), message));
        let own = cuts.get(owner.wire()).filter(|_| !matches!(set.rr_type, RrType::NS | RrType::DS));
        let above = owner.suffixes().skip(1).find_map(|suffix| cuts.get(suffix));
        let glue = matches!(set.rr_type, RrType::A | RrType::AAAA);
        if let Some(cut) = own.or(above).filter(|_| !glue) {
            warn(format!(
                "the NS record in line {cut} delegates this name: its {} record is never answered here",
                set.rr_type
            ));
        }
    }
    file.warnings.append(&mut warnings);
}
