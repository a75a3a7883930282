//! Whether a site that hears nothing from any member is itself the one that fell silent.

use std::collections::HashSet;
use std::net::IpAddr;

use model::health::{FailureCode, Health, MemberKey};

use super::change::{Cause, HealthChange, Why};
use super::{Ledger, Watched};

/// Longest suspicion, microseconds: a site that is really alone with dead members believes it after five minutes.
const LIMIT_US: i64 = 300 * 1_000_000;
/// Fewest targets, on at least two addresses, whose common silence is suspicious.
const FEWEST: usize = 3;

/// Whether a check proves that the way to its target works: it passed, or somebody said no. Silence and a missing
/// route are what the loss of the site's own network looks like.
pub(super) fn is_heard(failure: Option<FailureCode>) -> bool {
    !matches!(
        failure,
        Some(FailureCode::ConnectionTimeout | FailureCode::ServerUnreachable | FailureCode::NoResponse)
    )
}

/// What is known of the site's own hearing.
#[derive(Debug, Default)]
pub(super) struct Suspicion {
    /// Targets whose last check was heard.
    heard: usize,
    /// Targets whose last check was silent.
    silent: usize,
    /// Distinct addresses of targets.
    addresses: usize,
    /// Since when the site suspects itself.
    since: Option<i64>,
    /// The silence was believed, by an operator or by its length, until something is heard.
    believed: bool,
}

impl Suspicion {
    /// Counts anew, over all targets.
    pub(super) fn count(&mut self, targets: impl Iterator<Item = (IpAddr, Option<bool>)>) {
        let mut addresses = HashSet::new();
        (self.heard, self.silent) = (0, 0);
        for (address, heard) in targets {
            addresses.insert(address);
            match heard {
                Some(true) => self.heard += 1,
                Some(false) => self.silent += 1,
                None => {}
            }
        }
        self.addresses = addresses.len();
    }

    /// Counts the result of one check in place of the one before.
    pub(super) fn note(&mut self, before: Option<bool>, heard: bool) {
        match before {
            Some(true) => self.heard -= 1,
            Some(false) => self.silent -= 1,
            None => {}
        }
        if heard {
            self.heard += 1
        } else {
            self.silent += 1
        }
        self.believed &= self.heard == 0;
    }

    fn is_alone(&self) -> bool {
        self.heard == 0 && self.silent >= FEWEST && self.addresses >= 2
    }

    /// What a target counts as: while the site suspects itself, what fell silent with the rest is as it was.
    pub(super) fn said(&self, watched: &Watched) -> Health {
        let fell = watched.fell_silent.filter(|at| {
            let window = watched.target.interval() * (u32::from(watched.target.monitor.failures) + 1);
            self.since.is_some_and(|since| at.saturating_add(window.as_micros() as i64) >= since)
        });
        if fell.is_some() { Health::Up } else { watched.tracker.health() }
    }

    /// When it ends by itself.
    pub(super) fn ends(&self) -> Option<i64> {
        self.since.map(|since| since + LIMIT_US)
    }
}

impl Ledger {
    /// Since when the site suspects itself, microseconds.
    pub(crate) fn suspects(&self) -> Option<i64> {
        self.suspicion.since
    }

    /// Begins or ends a suspicion after a check; `fell_silent` when the check made a target go down in silence.
    pub(super) fn suspect(&mut self, fell_silent: bool, now: i64) -> Vec<HealthChange> {
        let suspicion = &self.suspicion;
        match suspicion.since {
            None if fell_silent && suspicion.is_alone() && !suspicion.believed => {
                self.suspicion.since = Some(now);
                let targets = self.suspicion.silent;
                self.resettle(
                    now,
                    format!("all {targets} targets fell silent at once: this site suspects itself"),
                )
            }
            Some(_) if !suspicion.is_alone() => {
                self.suspicion.since = None;
                self.resettle(now, "this site hears members again".to_owned())
            }
            _ => Vec::new(),
        }
    }

    /// Takes the silence for what it seems to be; `why` says who decided so.
    pub(crate) fn believe(&mut self, why: &str, now: i64) -> Vec<HealthChange> {
        if self.suspicion.since.take().is_none() {
            return Vec::new();
        }
        self.suspicion.believed = true;
        let changes = self.resettle(now, why.to_owned());
        self.write_table(&changes);
        changes
    }

    /// Believes a silence that lasts.
    pub(super) fn outlast(&mut self, now: i64) -> Vec<HealthChange> {
        match self.suspicion.ends() {
            Some(end) if end <= now => {
                self.believe("no member was heard for five minutes: they are taken for down", now)
            }
            _ => Vec::new(),
        }
    }

    fn resettle(&mut self, now: i64, detail: String) -> Vec<HealthChange> {
        let all: Vec<MemberKey> = self.members.keys().cloned().collect();
        self.settle(&all, now, &Why { detail, ..Why::of(Cause::Suspicion) })
    }
}
