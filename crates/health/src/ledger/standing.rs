//! What follows for a member from what is measured and what was decided.

use model::Label;
use model::config::Ramp;
use model::health::{Health, MemberKey, Override, OverrideTarget, Placed, RampStep, Standing};

use super::change::{Cause, HealthChange, Why};
use super::{Ledger, TargetId};
use crate::tracker::combine;

/// A member as the ledger knows it.
pub(super) struct MemberEntry {
    pub(super) targets: Vec<TargetId>,
    pub(super) id: String,
    pub(super) location: Option<Label>,
    pub(super) site: Option<Label>,
    pub(super) manual_resume: bool,
    pub(super) ramp: Option<Ramp>,
    /// When its measured health last changed, microseconds; 0 when it never did.
    pub(super) since: i64,
    /// When its climb began, while it climbs.
    pub(super) climbing: Option<i64>,
    /// It went down and was not resumed since.
    pub(super) waits: bool,
    pub(super) standing: Standing,
}

impl MemberEntry {
    /// The step of the climb at `now`, and when the next begins; none when it is over.
    pub(super) fn step(&self, now: i64) -> Option<(RampStep, i64)> {
        let (ramp, began) = (self.ramp?, self.climbing?);
        // From the first step at the recovery to the last, the whole weight, after the whole duration.
        let each = (ramp.duration.duration().as_micros() as i64 / i64::from(ramp.steps.max(2) - 1)).max(1);
        let done = (now.saturating_sub(began)).max(0) / each;
        let step = u8::try_from(done + 1).ok().filter(|step| *step < ramp.steps)?;
        Some((RampStep { step, of: ramp.steps }, began + (done + 1) * each))
    }
}

impl Ledger {
    /// What the monitors of a member say together.
    pub(super) fn together(&self, ids: &[TargetId]) -> Health {
        combine(ids.iter().filter_map(|id| self.targets.get(id)).map(|watched| self.suspicion.said(watched)))
    }

    /// Brings members to what now follows, and returns those that changed. The caller puts them into the table.
    pub(super) fn settle(&mut self, keys: &[MemberKey], now: i64, why: &Why) -> Vec<HealthChange> {
        let mut changes = Vec::new();
        for key in keys {
            let Some(entry) = self.members.get(key) else { continue };
            let measured = self.together(&entry.targets);
            let forced = decided(&self.overrides, key, entry, now).map(|decision| decision.forced);
            let Some(entry) = self.members.get_mut(key) else { continue };
            let from = entry.standing;
            if measured != from.measured {
                entry.since = now;
                match (from.measured, measured) {
                    (_, Health::Down) => {
                        entry.climbing = None;
                        entry.waits = entry.manual_resume;
                    }
                    (Health::Down, Health::Up) if !entry.waits => entry.climbing = Some(now),
                    _ => {}
                }
            }
            // Also before its first check after a restart: what waited may not be answered meanwhile.
            let held = entry.waits && measured != Health::Down;
            let ramp = entry.step(now).map(|(step, _)| step);
            if ramp.is_none() {
                entry.climbing = None;
            }
            let to = Standing { measured, forced, held, ramp };
            if to == from {
                continue;
            }
            entry.standing = to;
            changes.push(HealthChange {
                key: key.clone(),
                member: entry.id.clone(),
                from,
                to,
                at: now,
                cause: why.cause,
                monitor: why.monitor.clone(),
                failure: why.failure,
                detail: why.detail.clone(),
            });
        }
        changes
    }

    /// Takes over the overrides in force, in place of those before.
    pub(crate) fn set_overrides(&mut self, overrides: Vec<Override>, now: i64) -> Vec<HealthChange> {
        let before = std::mem::replace(&mut self.overrides, overrides);
        self.decide(&before, now)
    }

    /// Settles what overrides decide, each change with the words of the decision that made or ended it.
    fn decide(&mut self, before: &[Override], now: i64) -> Vec<HealthChange> {
        let mut changes = Vec::new();
        let all: Vec<MemberKey> = self.members.keys().cloned().collect();
        for key in all {
            let Some(entry) = self.members.get(&key) else { continue };
            let present = decided(&self.overrides, &key, entry, now);
            if present.map(|p| p.forced) == entry.standing.forced {
                continue;
            }
            let detail = match present {
                Some(present) => words(present),
                // Whether it still held does not matter here: it was what had decided.
                None => match decided(before, &key, entry, i64::MIN) {
                    Some(gone) if !gone.holds(now) => format!("{} expired", words(gone)),
                    Some(gone) => format!("{} was taken back", words(gone)),
                    None => String::new(),
                },
            };
            let why = Why { detail, ..Why::of(Cause::Override) };
            changes.extend(self.settle(&[key], now, &why));
        }
        self.write_table(&changes);
        changes
    }

    /// Lets a member that recovered have answers again; nothing where it does not wait.
    pub(crate) fn resume(&mut self, key: &MemberKey, by: &str, now: i64) -> Vec<HealthChange> {
        let Some(entry) = self.members.get_mut(key).filter(|entry| entry.standing.held) else {
            return Vec::new();
        };
        entry.waits = false;
        entry.climbing = Some(now);
        let why = Why { detail: format!("resumed by {by}"), ..Why::of(Cause::Resume) };
        let changes = self.settle(std::slice::from_ref(key), now, &why);
        self.write_table(&changes);
        changes
    }

    /// Takes what is due at `now`: overrides that expired, steps of climbs, the end of a suspicion.
    pub(crate) fn advance(&mut self, now: i64) -> Vec<HealthChange> {
        let mut changes = Vec::new();
        if self.overrides.iter().any(|decision| !decision.holds(now)) {
            let before = self.overrides.clone();
            self.overrides.retain(|decision| decision.holds(now));
            changes.extend(self.decide(&before, now));
        }
        let due = |entry: &MemberEntry| entry.climbing.is_some();
        let climbing: Vec<MemberKey> = self
            .members
            .iter()
            .filter(|(_, entry)| self.ramps && due(entry))
            .map(|(key, _)| key.clone())
            .collect();
        let climbed = self.settle(&climbing, now, &Why::of(Cause::Ramp));
        self.write_table(&climbed);
        changes.extend(climbed);
        changes.extend(self.outlast(now));
        changes
    }

    /// When [`Ledger::advance`] has something to do next, microseconds; none when nothing is due.
    pub(crate) fn next_due(&self, now: i64) -> Option<i64> {
        let expiries = self.overrides.iter().filter_map(|decision| decision.until);
        // A configuration without ramps is not searched for them at every change.
        let members = self.ramps.then(|| self.members.values()).into_iter().flatten();
        let steps = members.filter_map(|entry| entry.step(now)).map(|(_, next)| next);
        expiries.chain(steps).chain(self.suspicion.ends()).min()
    }
}

/// The override that decides about a member: the narrowest, and of equals the latest.
fn decided<'a>(
    overrides: &'a [Override],
    key: &MemberKey,
    entry: &MemberEntry,
    now: i64,
) -> Option<&'a Override> {
    let member = Placed {
        service: &key.service,
        pool: &key.pool,
        member: &entry.id,
        location: entry.location.as_ref(),
        site: entry.site.as_ref(),
    };
    Override::deciding(overrides, &member, now)
}

fn words(decision: &Override) -> String {
    let reason = match decision.reason.is_empty() {
        true => String::new(),
        false => format!(": {}", decision.reason),
    };
    let (forced, by) = (decision.forced, &decision.by);
    match &decision.target {
        // Whoever reads it knows which member.
        OverrideTarget::Member { .. } => format!("forced {forced} by {by}{reason}"),
        wider => format!("{wider} forced {forced} by {by}{reason}"),
    }
}
