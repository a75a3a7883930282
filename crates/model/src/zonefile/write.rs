//! A zone as a master file that any name server reads.

use std::fmt::Write;

use crate::config::Zone;
use crate::problem::Problem;
use crate::rdata;
use crate::rdata::text::absolute_name;

/// Writes a zone that was checked. `serial` is the SOA's.
///
/// # Errors
/// Names the record that cannot be read, which no checked zone has.
pub fn write(zone: &Zone, serial: u32) -> Result<String, Problem> {
    let mut out = String::new();
    let apex = absolute_name(&zone.name);
    let soa = &zone.soa;
    let primary = absolute_name(zone.primary());
    let mailbox = absolute_name(&zone.mailbox());
    let numbers = format!("{serial} {} {} {} {}", soa.refresh, soa.retry, soa.expire, soa.negative_ttl);
    // Writing to a text cannot fail.
    let _ = write!(
        out,
        "; Static records of {apex} The answers of services are made when they are asked for and are not here.\n\
         $ORIGIN {apex}\n$TTL {}\n@\tIN\tSOA\t{primary} {mailbox} {numbers}\n",
        zone.ttl
    );
    for server in &zone.name_servers {
        let _ = writeln!(out, "@\tIN\tNS\t{}", absolute_name(server));
    }
    for (i, set) in zone.records.iter().enumerate() {
        let wrong = |text: &str, why: &dyn std::fmt::Display| {
            Problem::new(format!("zones[{}].records[{i}]", zone.name), text, why.to_string())
        };
        let owner = set.owner(&zone.name).map_err(|e| wrong(&set.name, &e))?;
        let name = owner.relative_to(&zone.name).unwrap_or_else(|| absolute_name(&owner));
        let ttl = set.ttl.map(|ttl| format!("{ttl}\t")).unwrap_or_default();
        for text in &set.data {
            let data = rdata::parse(set.rr_type, text, &zone.name).map_err(|e| wrong(text, &e))?;
            let data = rdata::print(set.rr_type, &data);
            let _ = writeln!(out, "{name}\t{ttl}IN\t{}\t{data}", set.rr_type);
        }
    }
    Ok(out)
}
