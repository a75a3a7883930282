//! Operators' overrides of measured health: in force at once and on disk, whether storage is there or not; storage gets
//! them when it can.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use model::config::Config;
use model::health::{Override, OverrideTarget};
use model::{Problem, Problems};
use serde::{Deserialize, Serialize};

use crate::kept::{self, Kept};
use crate::site::Site;

/// The overrides of this site.
pub struct Overrides {
    state: Mutex<State>,
    kept: Kept,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    /// Something was decided that storage does not know.
    unsaved: bool,
    all: Vec<Override>,
}

impl Overrides {
    /// Those of a data directory.
    pub fn open(data_dir: &Path) -> Overrides {
        let kept = Kept::new(kept::OVERRIDES, data_dir);
        let state = kept.read().unwrap_or_else(|error| {
            tracing::error!(error = format!("{error:#}"), "overrides are not known until storage is there");
            None
        });
        Overrides { state: Mutex::new(state.unwrap_or_default()), kept }
    }

    /// Those that hold at `now`, by their targets.
    pub fn list(&self, now: i64) -> Vec<Override> {
        let state = self.lock();
        let holding = state.all.iter().filter(|one| one.holds(now));
        let by_target: BTreeMap<&OverrideTarget, &Override> = holding.map(|one| (&one.target, one)).collect();
        by_target.into_values().cloned().collect()
    }

    /// Puts one in force, in place of an older one on the same target.
    ///
    /// # Errors
    /// When the configuration has no such target; nothing changes then.
    pub async fn set(&self, site: &Site, one: Override) -> Result<(), Problems> {
        check(&site.snapshot().config, &one.target)?;
        tracing::info!(
            target = %one.target, forced = one.forced.as_str(), by = one.by, reason = one.reason, "health is overridden"
        );
        let (target, by, at) = (one.target.clone(), one.by.clone(), one.at);
        self.change(site, |all| {
            all.retain(|other| other.target != one.target && other.holds(at));
            all.push(one);
        });
        self.save(site).await;
        self.note(site, at, &by, "override.set", &target).await;
        Ok(())
    }

    /// Takes one back; false when there is none on this target.
    pub async fn lift(&self, site: &Site, target: &OverrideTarget, by: &str) -> bool {
        let now = site.now();
        let mut lifted = false;
        self.change(site, |all| {
            lifted = all.iter().any(|one| one.target == *target && one.holds(now));
            all.retain(|one| one.target != *target && one.holds(now));
        });
        if lifted {
            tracing::info!(%target, by, "an override of health was taken back");
            self.save(site).await;
            self.note(site, now, by, "override.lift", target).await;
        }
        lifted
    }

    /// Takes what storage has, once it is there, unless something was decided that it does not know.
    pub async fn load(&self, site: &Site) -> Result<(), store::StoreError> {
        let stored = site.store.overrides().await?;
        if !self.lock().unsaved {
            self.change(site, |all| *all = stored);
            self.lock().unsaved = false;
        }
        Ok(())
    }

    /// Tells storage what it does not know yet.
    pub async fn save(&self, site: &Site) {
        let all = {
            let state = self.lock();
            if !state.unsaved {
                return;
            }
            state.all.clone()
        };
        match site.store.keep_overrides(&all).await {
            Ok(()) => {
                let mut state = self.lock();
                // What was decided meanwhile is saved in its turn.
                state.unsaved = state.all != all;
                self.keep(&state);
            }
            Err(error) => tracing::debug!(%error, "overrides wait for storage"),
        }
    }

    /// Puts them in force.
    pub fn apply(&self, site: &Site) {
        site.checker.set_overrides(self.lock().all.clone());
    }

    fn change(&self, site: &Site, change: impl FnOnce(&mut Vec<Override>)) {
        let mut state = self.lock();
        change(&mut state.all);
        state.unsaved = true;
        site.checker.set_overrides(state.all.clone());
        self.keep(&state);
    }

    fn keep(&self, state: &State) {
        if let Err(error) = self.kept.write(state) {
            tracing::error!(error = format!("{error:#}"), "overrides could not be written to disk");
        }
    }

    async fn note(&self, site: &Site, at: i64, by: &str, action: &str, target: &OverrideTarget) {
        if let Err(error) = site.store.audit(at, by, action, &target.to_string(), "").await {
            tracing::warn!(%error, by, action, %target, "the audit trail could not be written");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// Whether the configuration has what an override is about.
fn check(config: &Config, target: &OverrideTarget) -> Result<(), Problems> {
    let pool_of = |service, pool: &model::Label| {
        config.service(service).and_then(|s| s.pools.iter().find(|p| p.name == *pool))
    };
    let there = match target {
        OverrideTarget::Member { service, pool, member } => pool_of(service, pool)
            .is_some_and(|pool| pool.members.iter().any(|m| m.id().to_string() == *member)),
        OverrideTarget::Pool { service, pool } => pool_of(service, pool).is_some(),
        OverrideTarget::Location(name) => config.location(name.as_str()).is_some(),
        OverrideTarget::Site(name) => config.sites.iter().any(|site| site.name == *name),
    };
    if there {
        return Ok(());
    }
    let message = "the configuration has no such target: name it as `members` and `services` do";
    Err(Problem::new("target", target.to_string(), message).into())
}
