//! Records as octets, made beside the table they go into: a large configuration is read by one thread while another puts
//! in what is ready, since a site that starts answers only when all of it is there.

use std::sync::mpsc::sync_channel;

use model::config::{RecordSet, Zone, ZoneIndex};
use model::rdata;
use model::{DnsName, Problem, Problems};

use crate::few::Few;
use crate::tree::RrSet;

/// Record sets handed over at once; with fewer in all, a thread costs more than it saves.
const BATCH: usize = 4096;
/// Batches that may wait.
const WAITING: usize = 4;

/// The records of one set in a configuration.
pub struct Prepared {
    /// Index of the zone that has them.
    pub zone: usize,
    /// Index of the zone their owner belongs to: another one's, where that zone lies within.
    pub owned_by: usize,
    pub owner: DnsName,
    pub set: RrSet,
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

/// None when there are no records, or their owner is in no zone.
fn prepare(
    at: usize,
    zone: &Zone,
    set: &RecordSet,
    index: &ZoneIndex<'_>,
) -> Result<Option<Prepared>, Problems> {
    let owner =
        set.owner(&zone.name).map_err(|e| Problem::new(records_of(zone), &*set.name, e.to_string()))?;
    let Some(owned_by) = index.of(&owner) else { return Ok(None) };
    let set = compile(zone, set)?;
    Ok((set.count > 0).then_some(Prepared { zone: at, owned_by, owner, set }))
}

/// A set as it is answered.
pub fn compile(zone: &Zone, set: &RecordSet) -> Result<RrSet, Problems> {
    let parse = |text: &String| {
        rdata::parse(set.rr_type, text, &zone.name)
            .map_err(|e| Problem::new(records_of(zone), &**text, e.to_string()))
    };
    let data = set.data.iter().map(parse).collect::<Result<Few<_>, Problem>>()?;
    Ok(RrSet::new(set.rr_type, set.ttl.unwrap_or(zone.ttl).get(), data.iter().map(Vec::as_slice)))
}

fn records_of(zone: &Zone) -> String {
    format!("zones[{}].records", zone.name)
}
