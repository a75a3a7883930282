//! Which members stand on which targets, and what has been seen of them: plain data, no I/O and no clock.

use std::collections::{HashMap, HashSet};
use std::mem;
use std::net::IpAddr;
use std::sync::Arc;

use model::Label;
use model::config::Config;
use model::health::{FailureCode, Health, HealthTable, LastCheck, MemberHealth, MemberKey, Verdicts};

use crate::probe::Seen;
use crate::target::{Target, wanted};
use crate::tracker::{Tracker, combine};

/// The health of one member changed by a check.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthChange {
    /// The member.
    pub key: MemberKey,
    /// Its health before.
    pub from: Health,
    /// Its health now.
    pub to: Health,
    /// When, microseconds since 1970 UTC.
    pub at: i64,
    /// The monitor whose check changed it.
    pub monitor: Label,
    /// Why that check failed; none when it passed.
    pub failure: Option<FailureCode>,
    /// What it saw.
    pub detail: String,
}

/// Number of a target; never given twice, so that a late result of a target that is gone finds nothing.
pub(crate) type TargetId = u64;

/// What makes two targets the same.
type TargetKey = (IpAddr, Label, Arc<str>);

struct Watched {
    target: Arc<Target>,
    tracker: Tracker,
    last: Option<LastCheck>,
    members: Vec<MemberKey>,
}

struct MemberEntry {
    targets: Vec<TargetId>,
    health: Health,
    since: i64,
}

/// The state of all checks.
pub(crate) struct Ledger {
    next_id: TargetId,
    targets: HashMap<TargetId, Watched>,
    members: HashMap<MemberKey, MemberEntry>,
    table: Arc<HealthTable>,
}

/// What a new configuration asks of the scheduler.
#[derive(Default)]
pub(crate) struct Reconfigured {
    /// Targets to be probed from now on.
    pub(crate) start: Vec<(TargetId, Arc<Target>)>,
    /// Targets not to be probed any more.
    pub(crate) stop: Vec<TargetId>,
}

impl Ledger {
    /// An empty ledger whose table has `epoch`.
    pub(crate) fn new(epoch: u64) -> Self {
        Ledger {
            next_id: 0,
            targets: HashMap::new(),
            members: HashMap::new(),
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
        let old_members = mem::take(&mut self.members);
        for watched in self.targets.values_mut() {
            watched.members.clear();
        }
        for (member, targets) in wanted(config) {
            let old = old_members.get(&member);
            let mut ids = Vec::with_capacity(targets.len());
            for target in targets {
                let key = key_of(&target);
                let unchanged = known.get(&key).copied().filter(|id| *self.targets[id].target == target);
                let id = chosen.get(&key).copied().or(unchanged).unwrap_or_else(|| {
                    let said = old.map_or(Health::Unknown, |old| self.said(old, &target.monitor.name));
                    let id = self.add(target, said);
                    done.start.push((id, self.targets[&id].target.clone()));
                    id
                });
                chosen.insert(key, id);
                if let Some(watched) = self.targets.get_mut(&id) {
                    watched.members.push(member.clone());
                }
                ids.push(id);
            }
            let health = self.together(&ids);
            let since = match old {
                Some(old) if old.health == health => old.since,
                None if health == Health::Unknown => 0,
                _ => now,
            };
            self.members.insert(member, MemberEntry { targets: ids, health, since });
        }
        let kept: HashSet<TargetId> = chosen.into_values().collect();
        done.stop = self.targets.keys().copied().filter(|id| !kept.contains(id)).collect();
        self.targets.retain(|id, _| kept.contains(id));
        self.rebuild_table();
        done
    }

    /// What the monitor of this name said of a member before.
    fn said(&self, old: &MemberEntry, monitor: &Label) -> Health {
        let mut watched = old.targets.iter().filter_map(|id| self.targets.get(id));
        watched.find(|w| w.target.monitor.name == *monitor).map(|w| w.tracker.health()).unwrap_or_default()
    }

    fn add(&mut self, target: Target, inherited: Health) -> TargetId {
        let id = self.next_id;
        self.next_id += 1;
        let tracker = Tracker::new(target.thresholds(), inherited);
        let watched = Watched { target: Arc::new(target), tracker, last: None, members: Vec::new() };
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
        // A check that could not be made here, for want of sockets or rights, says nothing of the member.
        if !failure.is_some_and(FailureCode::is_local) {
            watched.tracker.observe(failure.is_none());
        }
        let monitor = watched.target.monitor.name.clone();
        watched.last = Some(LastCheck {
            monitor: monitor.clone(),
            health: watched.tracker.health(),
            failure,
            detail: detail.clone(),
            at: now,
            took_us,
            streak: watched.tracker.streak(),
        });
        let members = watched.members.clone();
        let mut changes = Vec::new();
        for key in members {
            let Some(entry) = self.members.get(&key) else { continue };
            let (from, to) = (entry.health, self.together(&entry.targets));
            if from == to {
                continue;
            }
            if let Some(entry) = self.members.get_mut(&key) {
                (entry.health, entry.since) = (to, now);
            }
            let (monitor, detail) = (monitor.clone(), detail.clone());
            changes.push(HealthChange { key, from, to, at: now, monitor, failure, detail });
        }
        if !changes.is_empty() {
            // Shares with the table before all that did not change.
            let mut table = HealthTable::clone(&self.table);
            table.epoch += 1;
            for change in &changes {
                table.members.insert(change.key.clone(), change.to);
            }
            self.table = Arc::new(table);
        }
        changes
    }

    fn together(&self, ids: &[TargetId]) -> Health {
        combine(ids.iter().filter_map(|id| self.targets.get(id)).map(|watched| watched.tracker.health()))
    }

    fn rebuild_table(&mut self) {
        let verdicts = self.members.iter().map(|(key, entry)| (key.clone(), entry.health));
        let members: Verdicts = verdicts.collect();
        if members != self.table.members {
            self.table = Arc::new(HealthTable { epoch: self.table.epoch + 1, members });
        }
    }

    /// Every checked member with its last checks.
    pub(crate) fn state(&self) -> HashMap<MemberKey, MemberHealth> {
        let of = |entry: &MemberEntry| MemberHealth {
            health: entry.health,
            since: entry.since,
            checks: entry.targets.iter().filter_map(|id| self.targets.get(id)?.last.clone()).collect(),
        };
        self.members.iter().map(|(key, entry)| (key.clone(), of(entry))).collect()
    }
}

fn key_of(target: &Target) -> TargetKey {
    (target.address, target.monitor.name.clone(), target.host.clone())
}

#[cfg(test)]
mod tests;
