//! Which members stand on which targets, what has been seen of them, and what was decided beside it: plain data, no
//! I/O and no clock.

mod change;
mod history;
mod remembered;
mod standing;
mod suspicion;

use std::collections::{HashMap, HashSet};
use std::mem;
use std::net::IpAddr;
use std::sync::Arc;

use model::Label;
use model::config::Config;
use model::health::{
    FailureCode, Health, HealthTable, LastCheck, MemberHealth, MemberKey, Override, Standing, Verdicts,
};

pub use change::{Cause, HealthChange};
pub use history::{CheckPoint, KEPT};
pub use remembered::{Remembered, first_table};

use crate::probe::Seen;
use crate::target::{Target, Wanted, wanted};
use crate::tracker::Tracker;
use change::Why;
use history::Strip;
use standing::MemberEntry;
use suspicion::Suspicion;

/// Number of a target; never given twice, so that a late result of a target that is gone finds nothing.
pub(crate) type TargetId = u64;

/// What makes two targets the same.
type TargetKey = (IpAddr, Label, Arc<str>);

struct Watched {
    target: Arc<Target>,
    tracker: Tracker,
    last: Option<LastCheck>,
    strip: Strip,
    members: Vec<MemberKey>,
    /// Whether the last check is proof that the way to the target works; none while there is no such check.
    heard: Option<bool>,
    /// It went down in silence at this time, and was up before.
    fell_silent: Option<i64>,
}

/// The state of all checks.
pub(crate) struct Ledger {
    next_id: TargetId,
    targets: HashMap<TargetId, Watched>,
    members: HashMap<MemberKey, MemberEntry>,
    overrides: Vec<Override>,
    /// Whether any member climbs after a recovery.
    ramps: bool,
    suspicion: Suspicion,
    /// What an earlier process knew, until the first configuration is there.
    remembered: HashMap<MemberKey, Remembered>,
    table: Arc<HealthTable>,
}

/// What a new configuration asks of the scheduler.
#[derive(Default)]
pub(crate) struct Reconfigured {
    /// Targets to be probed from now on.
    pub(crate) start: Vec<(TargetId, Arc<Target>)>,
    /// Targets not to be probed any more.
    pub(crate) stop: Vec<TargetId>,
    /// Members that are not what they were.
    pub(crate) changes: Vec<HealthChange>,
}

impl Ledger {
    /// An empty ledger whose table has `epoch`.
    pub(crate) fn new(epoch: u64) -> Self {
        Ledger {
            next_id: 0,
            targets: HashMap::new(),
            members: HashMap::new(),
            overrides: Vec::new(),
            ramps: false,
            suspicion: Suspicion::default(),
            remembered: HashMap::new(),
            table: Arc::new(HealthTable { epoch, ..HealthTable::default() }),
        }
    }

    /// The table of now.
    pub(crate) fn table(&self) -> Arc<HealthTable> {
        self.table.clone()
    }

    /// Takes over a configuration. Targets that did not change keep what was seen of them; a target whose monitor
    /// changed says what its predecessor said until it is judged anew.
    pub(crate) fn reconfigure(&mut self, config: &Config, now: i64) -> Reconfigured {
        let mut done = Reconfigured::default();
        let known: HashMap<TargetKey, TargetId> =
            self.targets.iter().map(|(id, watched)| (key_of(&watched.target), *id)).collect();
        let mut chosen: HashMap<TargetKey, TargetId> = HashMap::new();
        let mut old_members = mem::take(&mut self.members);
        for watched in self.targets.values_mut() {
            watched.members.clear();
        }
        for mut wanted in wanted(config) {
            let old = old_members.remove(&wanted.key);
            let before = self.remembered.remove(&wanted.key);
            let targets = mem::take(&mut wanted.targets);
            let mut ids = Vec::with_capacity(targets.len());
            for target in targets {
                let key = key_of(&target);
                let unchanged = known.get(&key).copied().filter(|id| *self.targets[id].target == target);
                let id = chosen.get(&key).copied().or(unchanged).unwrap_or_else(|| {
                    let monitor = &target.monitor.name;
                    let said = match (&old, &before) {
                        (Some(old), _) => self.said_before(old, monitor),
                        (None, Some(before)) => before.said(monitor),
                        (None, None) => Health::Unknown,
                    };
                    let id = self.add(target, said);
                    done.start.push((id, self.targets[&id].target.clone()));
                    id
                });
                chosen.insert(key, id);
                if let Some(watched) = self.targets.get_mut(&id) {
                    watched.members.push(wanted.key.clone());
                }
                ids.push(id);
            }
            let key = wanted.key.clone();
            let new = old.is_none();
            self.enter(wanted, ids, old);
            if let (true, Some(before), Some(entry)) = (new, before, self.members.get_mut(&key)) {
                before.restore(entry, now);
            }
        }
        self.remembered.clear();
        let kept: HashSet<TargetId> = chosen.into_values().collect();
        done.stop = self.targets.keys().copied().filter(|id| !kept.contains(id)).collect();
        self.targets.retain(|id, _| kept.contains(id));
        self.suspicion.count(self.targets.values().map(|w| (w.target.address, w.heard)));
        self.ramps = self.members.values().any(|entry| entry.ramp.is_some());
        let all: Vec<MemberKey> = self.members.keys().cloned().collect();
        done.changes = self.settle(&all, now, &Why::of(Cause::Configuration));
        self.rebuild_table();
        done
    }

    fn enter(&mut self, wanted: Wanted, ids: Vec<TargetId>, old: Option<MemberEntry>) {
        let Wanted { key, id, location, site, manual_resume, ramp, .. } = wanted;
        let entry = MemberEntry {
            targets: ids,
            id,
            location,
            site,
            manual_resume,
            ramp,
            since: old.as_ref().map_or(0, |old| old.since),
            climbing: old.as_ref().and_then(|old| old.climbing).filter(|_| ramp.is_some()),
            waits: old.as_ref().is_some_and(|old| old.waits) && manual_resume,
            standing: old.map(|old| old.standing).unwrap_or_default(),
        };
        self.members.insert(key, entry);
    }

    /// What the monitor of this name said of a member before.
    fn said_before(&self, old: &MemberEntry, monitor: &Label) -> Health {
        let mut watched = old.targets.iter().filter_map(|id| self.targets.get(id));
        watched.find(|w| w.target.monitor.name == *monitor).map(|w| w.tracker.health()).unwrap_or_default()
    }

    fn add(&mut self, target: Target, inherited: Health) -> TargetId {
        let id = self.next_id;
        self.next_id += 1;
        let watched = Watched {
            tracker: Tracker::new(target.thresholds(), inherited),
            target: Arc::new(target),
            last: None,
            strip: Strip::default(),
            members: Vec::new(),
            heard: None,
            fell_silent: None,
        };
        self.targets.insert(id, watched);
        id
    }

    /// Takes the result of a check that ended at `now` after `took_us` microseconds, and returns the members it
    /// changed. The result of a target that is gone changes nothing.
    pub(crate) fn record(&mut self, id: TargetId, seen: Seen, now: i64, took_us: u64) -> Vec<HealthChange> {
        let Some(watched) = self.targets.get_mut(&id) else { return Vec::new() };
        let (failure, detail) = match seen {
            Ok(detail) => (None, detail),
            Err(failure) => (Some(failure.code), failure.detail),
        };
        let before = watched.tracker.health();
        // A check that could not be made here, for want of sockets or rights, says nothing of the member.
        if !failure.is_some_and(FailureCode::is_local) {
            watched.tracker.observe(failure.is_none(), now);
            let heard = suspicion::is_heard(failure);
            self.suspicion.note(watched.heard.replace(heard), heard);
            watched.fell_silent = match (before, watched.tracker.health()) {
                (Health::Up, Health::Down) if !heard => Some(now),
                // Still silent, as when it fell.
                (Health::Down, Health::Down) if !heard => watched.fell_silent,
                _ => None,
            };
        }
        let after = watched.tracker.health();
        watched.strip.push(CheckPoint { at: now, took_us, failure });
        let monitor = watched.target.monitor.name.clone();
        watched.last = Some(LastCheck {
            monitor: monitor.clone(),
            health: after,
            failure,
            detail: detail.clone(),
            at: now,
            took_us,
            streak: watched.tracker.streak(),
        });
        // Most checks end here: they say what the one before said.
        let turned = before != after;
        let fell_silent = turned && watched.fell_silent.is_some();
        let members = if turned { watched.members.clone() } else { Vec::new() };
        let mut changes = self.suspect(fell_silent, now);
        if turned {
            let why = Why { cause: Cause::Check, monitor: Some(monitor), failure, detail };
            changes.extend(self.settle(&members, now, &why));
        }
        self.write_table(&changes);
        changes
    }

    /// Every checked member with its last checks.
    pub(crate) fn state(&self) -> HashMap<MemberKey, MemberHealth> {
        let of = |entry: &MemberEntry| MemberHealth {
            health: entry.standing.measured,
            since: entry.since,
            checks: entry.targets.iter().filter_map(|id| self.targets.get(id)?.last.clone()).collect(),
        };
        let checked = self.members.iter().filter(|(_, entry)| !entry.targets.is_empty());
        checked.map(|(key, entry)| (key.clone(), of(entry))).collect()
    }

    /// The table with the changes; it shares with the one before all that did not change.
    fn write_table(&mut self, changes: &[HealthChange]) {
        if changes.is_empty() {
            return;
        }
        let mut table = HealthTable::clone(&self.table);
        table.epoch += 1;
        for change in changes {
            table.members.insert(change.key.clone(), change.to);
        }
        self.table = Arc::new(table);
    }

    fn rebuild_table(&mut self) {
        let told =
            self.members.iter().filter(|(_, e)| !e.targets.is_empty() || e.standing != Standing::default());
        let members: Verdicts = told.map(|(key, entry)| (key.clone(), entry.standing)).collect();
        if members != self.table.members {
            self.table = Arc::new(HealthTable { epoch: self.table.epoch + 1, members });
        }
    }
}

fn key_of(target: &Target) -> TargetKey {
    (target.address, target.monitor.name.clone(), target.host.clone())
}

#[cfg(test)]
mod tests;
