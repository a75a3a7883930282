//! The words of a zone that is in force, for one that was read from a file.

use std::collections::HashMap;

use super::ZoneFile;
use crate::config::{RecordSet, Zone};
use crate::name::DnsName;
use crate::rdata;
use crate::rrtype::RrType;

impl ZoneFile {
    /// Writes what means the same as in `old` as it stands there, and takes over what no master file says.
    pub fn keep_words(mut self, old: &Zone) -> ZoneFile {
        let zone = &mut self.zone;
        zone.unhandled = old.unhandled;
        zone.transfer.clone_from(&old.transfer);
        let (primary, mailbox) = (zone.primary().clone(), zone.mailbox());
        let own = std::mem::replace(&mut zone.soa.mname, old.soa.mname.clone());
        if *zone.primary() != primary {
            zone.soa.mname = own;
        }
        let own = std::mem::replace(&mut zone.soa.rname, old.soa.rname.clone());
        if zone.mailbox() != mailbox {
            zone.soa.rname = own;
        }
        let by_name: HashMap<(DnsName, RrType), &RecordSet> = old
            .records
            .iter()
            .filter_map(|set| Some(((set.owner(&old.name).ok()?, set.rr_type), set)))
            .collect();
        let sets = std::mem::take(&mut zone.records).into_iter().map(|set| {
            let owner = set.owner(&zone.name).ok();
            match owner.and_then(|owner| by_name.get(&(owner, set.rr_type))) {
                Some(before) => said_as(zone, &set, old, before),
                None => set,
            }
        });
        let mut records: Vec<(RecordSet, usize)> = sets.zip(std::mem::take(&mut self.lines)).collect();
        records.sort_by(|(a, _), (b, _)| (&a.name, a.rr_type).cmp(&(&b.name, b.rr_type)));
        (self.zone.records, self.lines) = records.into_iter().unzip();
        self
    }
}

fn said_as(zone: &Zone, set: &RecordSet, old: &Zone, before: &RecordSet) -> RecordSet {
    let octets = |zone: &Zone, text: &String| rdata::parse(set.rr_type, text, &zone.name).ok();
    let known: HashMap<Vec<u8>, &String> =
        before.data.iter().filter_map(|text| Some((octets(old, text)?, text))).collect();
    let words = |text: &String| {
        let same = octets(zone, text).and_then(|octets| known.get(&octets).copied());
        same.unwrap_or(text).clone()
    };
    let mut data: Vec<String> = set.data.iter().map(words).collect();
    // The order of a set means nothing (RFC 2181 section 5).
    if data.len() > 1 {
        let places: HashMap<&String, usize> =
            before.data.iter().enumerate().map(|(i, text)| (text, i)).collect();
        data.sort_by_key(|text| places.get(text).copied().unwrap_or(usize::MAX));
    }
    let ttl = if before.ttl.unwrap_or(zone.ttl) == zone.ttl_of(set) { before.ttl } else { set.ttl };
    RecordSet { name: before.name.clone(), rr_type: set.rr_type, ttl, data }
}
