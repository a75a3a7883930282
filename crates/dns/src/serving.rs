//! One published view, compiled for answering.

use std::collections::HashMap;
use std::sync::Arc;

use model::config::{Config, LocationIndex, Member, Resolved};
use model::counter::CounterBlock;
use model::health::HealthTable;
use model::row::SegmentStart;
use model::slots::{Slot, Slots};
use model::snapshot::Snapshot;
use model::{DnsName, Problems};
use steering::{Atlas, Compile, Home, Locate, Nowhere, Service, begins_anew, segment};

use crate::stats::ZoneRequests;
use crate::tree::Tree;

/// What a view is made of beside its snapshot and its health.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Where clients are.
    pub database: Arc<dyn Locate>,
    /// What names of members stand for.
    pub resolved: Arc<Resolved>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Surroundings { database: Arc::new(Nowhere), resolved: Arc::default() }
    }
}

/// A snapshot of one generation joined with one health table; immutable but for its counters and cursors.
///
/// Views of one snapshot share everything a change of health leaves as it was, so that publishing such a change costs
/// what changed: the services of the members concerned are compiled, and the others are taken over.
#[derive(Debug)]
pub struct Serving {
    snapshot: Arc<Snapshot>,
    health: Arc<HealthTable>,
    surroundings: Surroundings,
    compiled: Arc<Compiled>,
    counters: Arc<CounterBlock>,
    lost: Arc<CounterBlock>,
    /// The enabled ones, in the order of the configuration.
    services: Vec<Arc<Service>>,
    /// What each service answers from, and since which view.
    in_force: Vec<Arc<SegmentStart>>,
    begun: Vec<Arc<SegmentStart>>,
}

/// What a view has of its snapshot and its surroundings alone.
#[derive(Debug)]
struct Compiled {
    /// The configuration with the addresses of names; none where no member has a name.
    resolved: Option<Config>,
    atlas: Atlas,
    slots: Arc<Slots>,
    tree: Tree,
    /// Where each enabled service is, among those and in the configuration.
    places: HashMap<DnsName, Place>,
    requests: Vec<Arc<ZoneRequests>>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    index: usize,
    in_config: usize,
}

/// What services are compiled from, beside themselves.
struct Compiler<'a> {
    locations: LocationIndex<'a>,
    slots: &'a Slots,
    health: &'a HealthTable,
    seed: u64,
    generation: u64,
    now: i64,
}

impl Serving {
    /// Compiles a view in the surroundings of the one in force; see [`Serving::build_within`].
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
        let surroundings = previous.map(|p| p.surroundings.clone()).unwrap_or_default();
        Serving::build_within(surroundings, snapshot, health, previous, workers, seed, now)
    }

    /// Compiles a view for `workers` writers of counters. `previous` is the view in force, whose cursors go on where
    /// nothing changed, and of which everything is taken over that did not change; `workers` and `seed`, this
    /// process's own for weighted draws, are the same for all of them. `now` is microseconds since 1970 UTC.
    ///
    /// # Errors
    /// When a record cannot be encoded; a checked configuration always can.
    pub fn build_within(
        surroundings: Surroundings,
        snapshot: Arc<Snapshot>,
        health: Arc<HealthTable>,
        previous: Option<&Serving>,
        workers: usize,
        seed: u64,
        now: i64,
    ) -> Result<Serving, Problems> {
        let same = |p: &&Serving| {
            Arc::ptr_eq(&p.snapshot, &snapshot)
                && Arc::ptr_eq(&p.surroundings.resolved, &surroundings.resolved)
                && Arc::ptr_eq(&p.surroundings.database, &surroundings.database)
        };
        match previous.filter(same) {
            Some(previous) => Ok(previous.with_health(health, workers, seed, now)),
            None => Serving::anew(surroundings, snapshot, health, previous, workers, seed, now),
        }
    }

    /// A view of another snapshot than the one in force.
    fn anew(
        surroundings: Surroundings,
        snapshot: Arc<Snapshot>,
        health: Arc<HealthTable>,
        previous: Option<&Serving>,
        workers: usize,
        seed: u64,
        now: i64,
    ) -> Result<Serving, Problems> {
        let resolved = snapshot.config.with_addresses(&surroundings.resolved);
        let config = resolved.as_ref().unwrap_or(&snapshot.config);
        let atlas = Atlas::new(config, surroundings.database.clone());
        let slots = Arc::new(Slots::new(config));
        let enabled: Vec<_> = config.services.iter().filter(|s| s.enabled).collect();
        let compiler = Compiler::new(config, snapshot.generation, &slots, &health, seed, now);
        let compile = || {
            let of_service = |service: &&model::config::Service| {
                let before = previous.and_then(|p| {
                    let at = p.compiled.places.get(&service.name)?.index;
                    Some((&*p.services[at], &p.in_force[at]))
                });
                compiler.compile(service, before)
            };
            enabled.iter().map(of_service).collect::<Vec<_>>()
        };
        // A site that starts answers when both are done.
        let (tree, compiled) = std::thread::scope(|scope| {
            let services = scope.spawn(compile);
            let tree = Tree::new(config, &enabled, &slots, snapshot.serial());
            (tree, services.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        let tree = tree?;
        let mut begun = Vec::new();
        let (mut services, mut in_force) =
            (Vec::with_capacity(compiled.len()), Vec::with_capacity(compiled.len()));
        for (service, start, begins) in compiled {
            if begins {
                begun.push(start.clone());
            }
            services.push(service);
            in_force.push(start);
        }
        let places = config.services.iter().enumerate().filter(|(_, service)| service.enabled);
        let places = places
            .enumerate()
            .map(|(index, (in_config, service))| (service.name.clone(), Place { index, in_config }))
            .collect();
        let requests = zone_requests(config, previous, workers);
        let block = || Arc::new(CounterBlock::new(snapshot.generation, health.epoch, slots.clone(), workers));
        let (counters, lost) = (block(), block());
        let compiled = Arc::new(Compiled { resolved, atlas, slots, tree, places, requests });
        Ok(Serving { snapshot, health, surroundings, compiled, counters, lost, services, in_force, begun })
    }

    /// This view's snapshot with another health table.
    fn with_health(&self, health: Arc<HealthTable>, workers: usize, seed: u64, now: i64) -> Serving {
        let (snapshot, compiled) = (self.snapshot.clone(), self.compiled.clone());
        let config = compiled.resolved.as_ref().unwrap_or(&snapshot.config);
        let compiler = Compiler::new(config, snapshot.generation, &compiled.slots, &health, seed, now);
        let (mut services, mut in_force) = (self.services.clone(), self.in_force.clone());
        let mut begun = Vec::new();
        for name in health.members.changed_since(&self.health.members) {
            let Some(&Place { index, in_config }) = compiled.places.get(&name) else { continue };
            let before = (&*self.services[index], &self.in_force[index]);
            let (service, start, begins) = compiler.compile(&config.services[in_config], Some(before));
            if begins {
                begun.push(start.clone());
            }
            (services[index], in_force[index]) = (service, start);
        }
        let block = || {
            let slots = compiled.slots.clone();
            Arc::new(CounterBlock::new(snapshot.generation, health.epoch, slots, workers))
        };
        let (counters, lost) = (block(), block());
        let surroundings = self.surroundings.clone();
        Serving { snapshot, health, surroundings, compiled, counters, lost, services, in_force, begun }
    }

    /// The configuration with its number.
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// The configuration that answers: the snapshot's, with the addresses that names of members stand for.
    pub fn config(&self) -> &Config {
        self.compiled.resolved.as_ref().unwrap_or(&self.snapshot.config)
    }

    /// What it was made of beside its snapshot and its health.
    pub fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// What is known of where clients are.
    pub fn atlas(&self) -> &Atlas {
        &self.compiled.atlas
    }

    /// Measured health.
    pub fn health(&self) -> &Arc<HealthTable> {
        &self.health
    }

    /// What the numbers in events and counters stand for.
    pub fn slots(&self) -> &Arc<Slots> {
        &self.compiled.slots
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
    pub fn segments(&self) -> &[Arc<SegmentStart>] {
        &self.begun
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.compiled.tree
    }

    pub(crate) fn service(&self, index: usize) -> Option<&Service> {
        self.services.get(index).map(Arc::as_ref)
    }

    /// A service that is answered, as it was compiled.
    pub fn service_named(&self, name: &DnsName) -> Option<&Service> {
        self.service(self.compiled.places.get(name)?.index)
    }

    /// Requests of each zone, in the order of the configuration; the last entry is for names outside every zone.
    pub(crate) fn requests(&self) -> &[Arc<ZoneRequests>] {
        &self.compiled.requests
    }

    /// Where an answer counted to `slot` is counted by its zone.
    pub(crate) fn requests_of(&self, slot: Slot) -> &ZoneRequests {
        let outside = self.compiled.requests.len() - 1;
        &self.compiled.requests
            [self.compiled.slots.zone_index(slot).map_or(outside, |zone| zone.min(outside))]
    }
}

impl<'a> Compiler<'a> {
    fn new(
        config: &'a Config,
        generation: u64,
        slots: &'a Slots,
        health: &'a HealthTable,
        seed: u64,
        now: i64,
    ) -> Self {
        Compiler { locations: LocationIndex::new(config), slots, health, seed, generation, now }
    }

    /// A service with the segment it is in, and whether that begins with this view. `before` is the same of the view
    /// in force.
    fn compile(
        &self,
        service: &'a model::config::Service,
        before: Option<(&'a Service, &Arc<SegmentStart>)>,
    ) -> (Arc<Service>, Arc<SegmentStart>, bool) {
        let compiled = Service::compile(&Compile {
            service,
            health: self.health,
            home_of: &|member: &Member| {
                let location = self.locations.of(member);
                Home { location, site: location.and_then(|location| self.locations.site(location)) }
            },
            slot: self.slots.service(&service.name).unwrap_or(Slot::OUTSIDE),
            seed: self.seed,
            previous: before.map(|(service, _)| service),
        });
        let start = segment(&compiled, self.generation, self.health.epoch, self.now);
        match before.filter(|(_, before)| !begins_anew(before, &start)) {
            Some((_, before)) => (Arc::new(compiled), before.clone(), false),
            None => (Arc::new(compiled), Arc::new(start), true),
        }
    }
}

/// Requests are counted on over views, by the name of the zone.
fn zone_requests(config: &Config, previous: Option<&Serving>, workers: usize) -> Vec<Arc<ZoneRequests>> {
    let known: HashMap<Option<&DnsName>, &Arc<ZoneRequests>> = previous
        .iter()
        .flat_map(|p| &p.compiled.requests)
        .map(|requests| (requests.zone.as_ref(), requests))
        .collect();
    let of = |zone: Option<&DnsName>| match known.get(&zone) {
        Some(requests) => (*requests).clone(),
        None => Arc::new(ZoneRequests::new(zone.cloned(), workers)),
    };
    config.zones.iter().map(|zone| Some(&zone.name)).chain([None]).map(of).collect()
}
