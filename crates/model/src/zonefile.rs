//! Master files (RFC 1035 section 5): a zone as other name servers write it, in and out.
//!
//! ```text
//! octets --lex--> entries of words --parse--> records by line --gather--> Zone, warnings   (read)
//! Zone --> text with every name absolute or relative to $ORIGIN                             (write)
//! ```
//!
//! In a master file any name without a last dot is relative to `$ORIGIN`; in the declarative form a name of several
//! labels is absolute. What is read here is therefore kept with last dots. [`ZoneFile::keep_words`] gives a zone
//! that was read the words of the one it replaces where they mean the same, so that only what differs shows in a plan.

mod advice;
mod gather;
mod lex;
mod parse;
mod ttl;
mod words;
mod write;

#[cfg(test)]
mod tests;

use crate::config::Zone;
use crate::name::DnsName;
use crate::problem::{Problem, Problems};

pub use write::write;

/// Largest file, octets.
pub const MAX_OCTETS: usize = 16 << 20;
/// Most problems, and most warnings, that are listed.
pub const MAX_LISTED: usize = 500;

/// What a master file holds.
#[derive(Clone, Debug)]
pub struct ZoneFile {
    /// The zone. Its policy for missing names is not part of a master file and has its default.
    pub zone: Zone,
    /// Serial of the SOA record; the zone's own is the configuration's generation.
    pub serial: u32,
    /// What was taken otherwise than it stands there, or will not work as its writer may think; the field of each is
    /// `line N`.
    pub warnings: Vec<Problem>,
    /// The line each set of records begins at.
    lines: Vec<usize>,
    soa_line: usize,
}

impl ZoneFile {
    /// A problem of the configuration's check, with the line of the record it is about instead of its place.
    pub fn with_line(&self, problem: Problem) -> Problem {
        let field = problem.field.as_str();
        let prefix = format!("zones[{}]", self.zone.name);
        let place =
            field.strip_prefix(&prefix).and_then(gather::place).or_else(|| self.beside_service(field));
        match place.and_then(|place| self.lines.get(place)) {
            Some(line) => Problem { field: at_line(*line), ..problem },
            None => problem,
        }
    }

    /// The record that stands in the way of a service.
    fn beside_service(&self, field: &str) -> Option<usize> {
        let name = field.strip_prefix("services[")?.strip_suffix("].name")?.parse::<DnsName>().ok()?;
        self.zone.records.iter().position(|set| set.owner(&self.zone.name).as_ref() == Ok(&name))
    }

    /// What is to be said when the file's serial is ahead of the zone's (RFC 1982 section 3.2), which is `own`.
    pub fn serial_ahead(&self, own: u32) -> Option<Problem> {
        let ahead = (1..=i32::MAX as u32).contains(&self.serial.wrapping_sub(own));
        let message = format!(
            "the serial is ahead of {own}, which is the zone's serial here, the configuration's generation: \
             secondaries that hold the file's zone see no change until they transfer it anew"
        );
        ahead.then(|| Problem::new(at_line(self.soa_line), self.serial.to_string(), message))
    }
}

/// Reads the master file of the zone `origin`.
///
/// # Errors
/// Every problem of the file at once, up to [`MAX_LISTED`]; the field of each is `line N`.
pub fn read(octets: &[u8], origin: &DnsName) -> Result<ZoneFile, Problems> {
    if octets.len() > MAX_OCTETS {
        let message = format!(
            "the file has {} octets, at most {MAX_OCTETS} are read: split the zone by delegating a part of it",
            octets.len()
        );
        return Err(Problem::new("file", "", message).into());
    }
    let mut gatherer = gather::Gatherer::new(origin);
    parse::entries(octets, origin, &mut gatherer);
    gatherer.finish()
}

fn at_line(line: usize) -> String {
    format!("line {line}")
}

/// The number of `line N`.
pub fn line_of(problem: &Problem) -> Option<usize> {
    problem.field.strip_prefix("line ")?.parse().ok()
}
