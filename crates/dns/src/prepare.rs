//! Records as octets, made beside the table they go into: a large configuration is read by one thread while another puts
//! in what is ready, since a site that starts answers only when all of it is there.

use std::sync::mpsc::sync_channel;

use model::config::{RecordSet, Zone, ZoneIndex};
use model::rdata;
use model::rrtype::RrType;
use model::{DnsName, Problem, Problems};

use crate::few::Few;
use crate::tree::{Alias, RrSet, body};

/// Record sets handed over at once; with fewer in all, a thread costs more than it saves.
const BATCH: usize = 4096;
/// Batches that may wait.
const WAITING: usize = 4;

/// What a name gets.
pub enum Data {
    Set(RrSet),
    Alias(Alias),
}

/// The records of one set in a configuration.
pub struct Prepared {
    /// Index of the zone.
    pub zone: usize,
    pub owner: DnsName,
    pub data: Data,
}

/// Prepares the records of all zones, in their order, and hands each set to `take`.
///
/// # Errors
/// At the first record that cannot be encoded.
pub fn each_set(
    zones: &[Zone],
    index: &ZoneIndex<'_>,
    mut take: impl FnMut(Prepared),
) -> Result<(), Problems> {
    let sets = || {
        zones.iter().enumerate().flat_map(|(at, zone)| zone.records.iter().map(move |set| (at, zone, set)))
    };
    let prepare = |(at, zone, set)| prepare(at, zone, set, index).transpose();
    if zones.iter().map(|zone| zone.records.len()).sum::<usize>() <= BATCH {
        return sets().filter_map(prepare).try_for_each(|set| set.map(&mut take));
    }
    std::thread::scope(|scope| {
        let (sender, batches) = sync_channel(WAITING);
        scope.spawn(move || {
            let mut prepared = sets().filter_map(prepare);
            loop {
                let batch: Vec<_> = prepared.by_ref().take(BATCH).collect();
                // Nobody listens any more after an error.
                if batch.is_empty() || sender.send(batch).is_err() {
                    return;
                }
            }
        });
        batches.into_iter().flatten().try_for_each(|set| set.map(&mut take))
    })
}

/// None when another zone owns the name.
fn prepare(
    at: usize,
    zone: &Zone,
    set: &RecordSet,
    index: &ZoneIndex<'_>,
) -> Result<Option<Prepared>, Problems> {
    let place = || format!("zones[{}].records", zone.name);
    let owner = set.owner(&zone.name).map_err(|e| Problem::new(place(), &*set.name, e.to_string()))?;
    // A zone within this one owns what lies below its apex.
    if index.of(&owner) != Some(at) {
        return Ok(None);
    }
    let ttl = set.ttl.unwrap_or(zone.ttl).get();
    let parse = |text: &String| {
        rdata::parse(set.rr_type, text, &zone.name).map_err(|e| Problem::new(place(), &**text, e.to_string()))
    };
    if set.rr_type == RrType::CNAME {
        // A checked configuration has one; of several the last counts.
        let Some(text) = set.data.last() else { return Ok(None) };
        let Some(target) = DnsName::from_wire(&parse(text)?) else { return Ok(None) };
        let body = body(RrType::CNAME, ttl, target.wire());
        return Ok(Some(Prepared { zone: at, owner, data: Data::Alias(Alias { body, target, ttl }) }));
    }
    let bodies = set.data.iter().map(|text| Ok(body(set.rr_type, ttl, &parse(text)?)));
    let bodies = bodies.collect::<Result<Few<_>, Problem>>()?;
    if bodies.is_empty() {
        return Ok(None);
    }
    Ok(Some(Prepared { zone: at, owner, data: Data::Set(RrSet { rr_type: set.rr_type, ttl, bodies }) }))
}
