//! One published view, compiled for answering.

use std::sync::Arc;

use model::Problems;
use model::config::{Config, Member};
use model::counter::CounterBlock;
use model::health::HealthTable;
use model::row::SegmentStart;
use model::slots::{Slot, Slots};
use model::snapshot::Snapshot;
use steering::{Compile, Service, begins_anew, segment};

use crate::stats::ZoneRequests;
use crate::tree::Tree;

/// A snapshot of one generation joined with one health table; immutable but for its counters and cursors.
#[derive(Debug)]
pub struct Serving {
    snapshot: Arc<Snapshot>,
    health: Arc<HealthTable>,
    slots: Arc<Slots>,
    counters: Arc<CounterBlock>,
    lost: Arc<CounterBlock>,
    tree: Tree,
    services: Vec<Service>,
    /// What each service answers from, whether or not it began here.
    in_force: Vec<SegmentStart>,
    begun: Vec<SegmentStart>,
    requests: Vec<Arc<ZoneRequests>>,
}

impl Serving {
    /// Compiles a view for `workers` writers of counters. `previous` is the view in force, whose cursors go on where
    /// nothing changed; `seed` is this process's own, for weighted draws; `now` is microseconds since 1970 UTC.
    ///
    /// # Errors
    /// When a record cannot be encoded; a checked configuration always can.
    pub fn build(
        snapshot: Arc<Snapshot>,
        health: Arc<HealthTable>,
        previous: Option<&Serving>,
        workers: usize,
        seed: u64,
        now: i64,
    ) -> Result<Serving, Problems> {
        let config = &snapshot.config;
        let slots = Arc::new(Slots::new(config));
        let enabled: Vec<_> = config.services.iter().filter(|s| s.enabled).collect();
        let tree = Tree::new(config, &enabled, &slots, snapshot.serial())?;
        let site_of = |member: &Member| config.site_of(member).cloned();
        let services: Vec<Service> = enabled
            .iter()
            .map(|service| {
                Service::compile(&Compile {
                    service,
                    health: &health,
                    site_of: &site_of,
                    slot: slots.service(&service.name).unwrap_or(Slot::OUTSIDE),
                    seed,
                    previous: previous.and_then(|p| p.services.iter().find(|s| s.name == service.name)),
                })
            })
            .collect();
        let in_force: Vec<SegmentStart> =
            services.iter().map(|s| segment(s, snapshot.generation, health.epoch, now)).collect();
        let is_new = |start: &&SegmentStart| {
            let before = previous.and_then(|p| p.in_force.iter().find(|b| b.service == start.service));
            before.is_none_or(|before| begins_anew(before, start))
        };
        let begun = in_force.iter().filter(is_new).cloned().collect();
        let block = || Arc::new(CounterBlock::new(snapshot.generation, health.epoch, slots.clone(), workers));
        let requests = zone_requests(config, previous, workers);
        Ok(Serving {
            counters: block(),
            lost: block(),
            slots,
            tree,
            services,
            in_force,
            begun,
            requests,
            snapshot,
            health,
        })
    }

    /// The configuration with its number.
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// Measured health.
    pub fn health(&self) -> &Arc<HealthTable> {
        &self.health
    }

    /// What the numbers in events and counters stand for.
    pub fn slots(&self) -> &Arc<Slots> {
        &self.slots
    }

    /// Every answer.
    pub fn counters(&self) -> &Arc<CounterBlock> {
        &self.counters
    }

    /// Answers whose event found the ring full.
    pub fn lost(&self) -> &Arc<CounterBlock> {
        &self.lost
    }

    /// Segments that begin with this view.
    pub fn segments(&self) -> &[SegmentStart] {
        &self.begun
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(crate) fn service(&self, index: usize) -> Option<&Service> {
        self.services.get(index)
    }

    /// Requests of each zone, in the order of the configuration; the last entry is for names outside every zone.
    pub(crate) fn requests(&self) -> &[Arc<ZoneRequests>] {
        &self.requests
    }
}

/// Requests are counted on over views, by the name of the zone.
fn zone_requests(config: &Config, previous: Option<&Serving>, workers: usize) -> Vec<Arc<ZoneRequests>> {
    let names = config.zones.iter().map(|z| Some(z.name.clone())).chain([None]);
    let known = |name: &Option<model::DnsName>| previous?.requests.iter().find(|r| r.zone == *name).cloned();
    names.map(|name| known(&name).unwrap_or_else(|| Arc::new(ZoneRequests::new(name, workers)))).collect()
}
