//! Records to a zone: sets, the SOA and name servers in the zone's own fields, and every problem by line.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{MAX_LISTED, ZoneFile, advice, at_line};
use crate::check::check_zone;
use crate::config::{Mailbox, RecordSet, Unhandled, Zone};
use crate::name::DnsName;
use crate::problem::{Problem, Problems};
use crate::rdata;
use crate::rdata::text::absolute_name;
use crate::rrtype::RrType;
use crate::value::Ttl;

/// A record that was read.
pub struct Record {
    pub line: usize,
    pub owner: DnsName,
    pub rr_type: RrType,
    /// Seconds.
    pub ttl: u32,
    /// Whether the TTL stands in the record itself.
    pub explicit: bool,
    pub data: Vec<u8>,
}

/// Fields of an SOA record.
#[derive(PartialEq, Eq)]
pub struct Soa {
    pub mname: DnsName,
    pub rname: DnsName,
    pub serial: u32,
    pub refresh: u32,
    pub retry: u32,
    pub expire: u32,
    pub minimum: u32,
}

/// Records of one owner and type.
pub struct Set {
    pub line: usize,
    pub owner: DnsName,
    pub rr_type: RrType,
    pub ttl: u32,
    pub explicit: bool,
    pub records: Vec<(usize, Vec<u8>)>,
}

/// A record that leads to a host.
pub struct Host {
    pub line: usize,
    pub owner: DnsName,
    pub rr_type: RrType,
    pub host: DnsName,
}

/// What was read so far.
pub struct Gatherer<'a> {
    origin: &'a DnsName,
    default_ttl: Option<u32>,
    soa: Option<(usize, u32, Soa)>,
    sets: Vec<Set>,
    places: HashMap<(DnsName, RrType), usize>,
    /// The line of each record of a set that has several, by the place of its set.
    seen: HashMap<(usize, Vec<u8>), usize>,
    hosts: Vec<Host>,
    signed: Option<(usize, usize)>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl<'a> Gatherer<'a> {
    pub fn new(origin: &'a DnsName) -> Self {
        Gatherer {
            origin,
            default_ttl: None,
            soa: None,
            sets: Vec::new(),
            places: HashMap::new(),
            seen: HashMap::new(),
            hosts: Vec::new(),
            signed: None,
            problems: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Whether there are more problems than anybody reads.
    pub fn is_full(&self) -> bool {
        self.problems.len() > MAX_LISTED
    }

    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    pub fn wrong(&mut self, line: usize, word: String, message: String) {
        let value = if word.len() > 80 { word.chars().take(77).chain("...".chars()).collect() } else { word };
        self.problems.push(Problem::new(at_line(line), value, message));
    }

    fn warn(&mut self, line: usize, value: impl Into<String>, message: impl Into<String>) {
        self.warnings.push(Problem::new(at_line(line), value, message));
    }

    /// The first `$TTL` is the zone's.
    pub fn default_ttl(&mut self, seconds: u32) {
        self.default_ttl.get_or_insert(seconds);
    }

    pub fn left_out_as_signed(&mut self, line: usize) {
        let (_, count) = self.signed.get_or_insert((line, 0));
        *count += 1;
    }

    /// The SOA; a second one that says the same ends a file made by a zone transfer.
    pub fn soa(&mut self, line: usize, ttl: u32, soa: Soa) -> Result<(), String> {
        match &self.soa {
            None => self.soa = Some((line, ttl, soa)),
            Some((_, _, first)) if *first == soa => {}
            Some((first, _, _)) => {
                return Err(format!("there is another SOA record in line {first}: remove one"));
            }
        }
        Ok(())
    }

    pub fn record(&mut self, record: Record) {
        let Record { line, owner, rr_type, ttl, explicit, data } = record;
        let place = match self.places.entry((owner, rr_type)) {
            Entry::Vacant(place) => {
                let owner = place.key().0.clone();
                place.insert(self.sets.len());
                let records = vec![(line, data)];
                self.sets.push(Set { line, owner, rr_type, ttl, explicit, records });
                return;
            }
            Entry::Occupied(place) => *place.get(),
        };
        let set = &mut self.sets[place];
        if let [(line, data)] = set.records.as_slice() {
            self.seen.insert((place, data.clone()), *line);
        }
        let (owner, before, first) = (set.owner.to_string(), set.ttl, set.line);
        let twice = match self.seen.entry((place, data)) {
            Entry::Occupied(seen) => Some(*seen.get()),
            Entry::Vacant(new) => {
                set.ttl = set.ttl.min(ttl);
                set.explicit |= explicit;
                set.records.push((line, new.key().1.clone()));
                new.insert(line);
                None
            }
        };
        if let Some(first) = twice {
            let message = format!(
                "the {rr_type} record stands in line {first} already, and is kept once (RFC 2181 section 5)"
            );
            self.warn(line, owner, message);
        } else if before != ttl {
            let message = format!(
                "the {rr_type} record has a TTL of {ttl} s, and its set in line {first} one of {before} s: all get the lower one \
                 (RFC 2181 section 5.2)"
            );
            self.warn(line, owner, message);
        }
    }

    /// The zone, or every problem.
    pub fn finish(mut self) -> Result<ZoneFile, Problems> {
        if let Some((line, count)) = self.signed {
            let message = format!(
                "what only a signed zone has (RRSIG, NSEC, DNSKEY and such; records: {count}) is left out: this server \
                 does not sign, so that the parent must not have a DS for this zone"
            );
            self.warn(line, "", message);
        }
        let Some((soa_line, soa_ttl, soa)) = self.soa.take() else {
            if !self.is_full() {
                let message =
                    format!("the file has no SOA record of {}: is it the file of this zone?", self.origin);
                self.problems.push(Problem::new(at_line(1), "", message));
            }
            return Err(limited(self.problems));
        };
        let wanted = self.default_ttl.unwrap_or(soa_ttl);
        let ttl = self.within_a_week(soa_line, wanted);
        if soa_ttl != wanted {
            self.warn(soa_line, "SOA", shares_ttl("SOA", soa_ttl, ttl));
        }
        let mut zone = Zone {
            name: self.origin.clone(),
            soa: crate::config::Soa {
                mname: Some(soa.mname),
                rname: Mailbox::of_name(soa.rname.clone()),
                refresh: soa.refresh,
                retry: soa.retry,
                expire: soa.expire,
                negative_ttl: self.within_a_week(soa_line, soa.minimum),
            },
            name_servers: Vec::new(),
            ttl,
            unhandled: Unhandled::default(),
            transfer: None,
            records: Vec::new(),
        };
        if zone.soa.rname.is_none() {
            self.wrong(
                soa_line,
                soa.rname.to_string(),
                "the mailbox has no domain: write it as hostmaster.example.org.".to_owned(),
            );
        }
        let lines = self.fill(&mut zone, wanted);
        defaults(&mut zone);
        let mut file = ZoneFile { zone, serial: soa.serial, warnings: Vec::new(), lines, soa_line };
        if !self.is_full() {
            for problem in check_zone(&file.zone).0 {
                let problem = match problem.field.ends_with(".name_servers") {
                    true => Problem { field: at_line(soa_line), ..problem },
                    false => file.with_line(problem),
                };
                self.problems.push(problem);
            }
        }
        if !self.problems.is_empty() {
            return Err(limited(self.problems));
        }
        file.warnings = self.warnings;
        advice::add(&mut file, &self.hosts);
        file.warnings = limited(file.warnings).0;
        Ok(file)
    }

    /// Puts the sets into the zone, in the order of a configuration; gives the line of each.
    fn fill(&mut self, zone: &mut Zone, wanted: u32) -> Vec<usize> {
        let mut sets = std::mem::take(&mut self.sets);
        for set in &sets {
            let host = |(line, data): &(usize, Vec<u8>)| {
                let host = rdata::host(set.rr_type, data)?;
                Some(Host { line: *line, owner: set.owner.clone(), rr_type: set.rr_type, host })
            };
            self.hosts.extend(set.records.iter().filter_map(host));
        }
        let apex_ns = sets.iter().position(|set| set.rr_type == RrType::NS && set.owner == zone.name);
        match apex_ns.map(|place| sets.remove(place)) {
            Some(set) => {
                zone.name_servers =
                    set.records.iter().filter_map(|(_, data)| DnsName::from_wire(data)).collect();
                if set.ttl != wanted {
                    self.warn(set.line, "NS", shares_ttl("NS", set.ttl, zone.ttl));
                }
            }
            None => self.warn(1, "", format!("the zone has no NS record at its apex, {}", zone.name)),
        }
        let mut records: Vec<(RecordSet, usize)> = Vec::with_capacity(sets.len());
        for set in sets {
            let ttl = (set.explicit || set.ttl != wanted).then(|| self.within_a_week(set.line, set.ttl));
            let data = set.records.iter().map(|(_, data)| rdata::print(set.rr_type, data)).collect();
            let record = RecordSet { name: name_in(zone, &set.owner), rr_type: set.rr_type, ttl, data };
            records.push((record, set.line));
        }
        records.sort_by(|(a, _), (b, _)| (&a.name, a.rr_type).cmp(&(&b.name, b.rr_type)));
        let lines;
        (zone.records, lines) = records.into_iter().unzip();
        lines
    }

    /// A longer TTL is lowered to the longest this server takes.
    fn within_a_week(&mut self, line: usize, seconds: u32) -> Ttl {
        match Ttl::new(seconds.into()) {
            Ok(ttl) => ttl,
            Err(_) => {
                let message = format!("the TTL {seconds} is more than a week: {} is used", Ttl::MAX);
                self.warn(line, "", message);
                Ttl::MAX
            }
        }
    }
}

fn shares_ttl(what: &str, own: u32, zone: Ttl) -> String {
    format!("the {what} record has a TTL of {own} s: SOA and NS share the zone's TTL here, which is {zone} s")
}

/// The owner as a record set names it: relative, or absolute where that would be taken for another name.
fn name_in(zone: &Zone, owner: &DnsName) -> String {
    let relative = owner.relative_to(&zone.name).unwrap_or_else(|| absolute_name(owner));
    let set = RecordSet { name: relative, rr_type: RrType::A, ttl: None, data: Vec::new() };
    if set.owner(&zone.name).as_ref() == Ok(owner) { set.name } else { absolute_name(owner) }
}

/// Leaves out what the defaults say anyway.
fn defaults(zone: &mut Zone) {
    let (mname, rname) = (zone.soa.mname.take(), zone.soa.rname.take());
    if mname.as_ref() != Some(zone.primary()) {
        zone.soa.mname = mname;
    }
    if rname.as_ref().map(Mailbox::name) != Some(&zone.mailbox()) {
        zone.soa.rname = rname;
    }
}

/// In the order of lines, and no more than anybody reads.
fn limited(mut problems: Vec<Problem>) -> Problems {
    problems.sort_by_key(|problem| super::line_of(problem).unwrap_or(usize::MAX));
    if problems.len() > MAX_LISTED {
        problems.truncate(MAX_LISTED);
        problems.push(Problem::new("file", "", format!("and more; the first {MAX_LISTED} are listed")));
    }
    Problems(problems)
}

/// The place of a set in the path of a problem behind its zone, as `.records[3].data`.
pub fn place(path: &str) -> Option<usize> {
    path.strip_prefix(".records[")?.split_once(']')?.0.parse().ok()
}
