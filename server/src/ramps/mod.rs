//! Canary ramps of this site: made, looked at, moved, and told of.
//!
//! All state is in the database: while storage is away a ramp waits, and after a restart it goes on where it was. The
//! logic is the crate `canary`'s; here is what it sees (`observe`), what it does (`act`), whom it asks (`hook`) and what
//! people do with it (`deeds`). Every change of weights is a revision made like any other.

mod act;
mod deeds;
mod hook;
mod observe;
mod tend;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;

use canary::{Deed, Watch};
use model::canary::{CanaryRamp, RampView};

use crate::http::problem::Failure;
use crate::site::Site;

pub use deeds::{create, drafted, operate, plan, remove};
pub use tend::tend;

/// What is kept of ramps in memory.
#[derive(Debug, Default)]
pub struct Ramps {
    /// One looks at a ramp or moves it at a time: people and the task take turns.
    turn: tokio::sync::Mutex<()>,
    watches: Mutex<HashMap<i64, Watch>>,
}

impl Ramps {
    /// What is remembered of the step a ramp is at.
    fn watch(&self, id: i64) -> Watch {
        let watches = self.watches.lock().unwrap_or_else(|e| e.into_inner());
        watches.get(&id).cloned().unwrap_or_default()
    }

    fn remember(&self, id: i64, watch: Watch) {
        self.watches.lock().unwrap_or_else(|e| e.into_inner()).insert(id, watch);
    }

    fn forget(&self, id: i64) {
        self.watches.lock().unwrap_or_else(|e| e.into_inner()).remove(&id);
    }
}

/// The ramp of a number.
pub async fn find(site: &Site, id: i64) -> Result<CanaryRamp, Failure> {
    let found = site.store.ramp(id).await?;
    found.ok_or_else(|| Failure::NotFound(format!("there is no ramp {id}")))
}

/// A ramp with what is seen of it now.
pub async fn view(site: &Site, ramp: CanaryRamp) -> Result<RampView, Failure> {
    let history = site.store.ramp_history(ramp.id).await?;
    if !ramp.phase.is_active() {
        return Ok(RampView { ramp, until: None, sample: None, lights: Vec::new(), history });
    }
    let seen = observe::observe(site, &ramp).await?;
    let answer = site.ramps.watch(ramp.id).answer;
    let lights = canary::lights(&ramp, &seen, answer.as_ref(), site.now());
    let until = ramp.phase.moves().then(|| canary::until(&ramp, seen.ttl));
    let sample = ramp.step.is_some().then_some(seen.sample);
    Ok(RampView { ramp, until, sample, lights, history })
}

/// Secrets that ramps which are not over name, each with those ramps as `ramps[7]`.
pub async fn secrets(site: &Site) -> Result<BTreeMap<String, BTreeSet<String>>, Failure> {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for ramp in site.store.ramps(None).await?.iter().filter(|ramp| !ramp.phase.is_over()) {
        let hook = ramp.spec.gates.webhook.iter();
        for secret in hook.flat_map(|hook| [&hook.url_secret, &hook.authorization_secret]).flatten() {
            uses.entry(secret.to_string()).or_default().insert(format!("ramps[{}]", ramp.id));
        }
    }
    Ok(uses)
}

/// The deed of a word.
pub fn deed(word: &str) -> Option<Deed> {
    Deed::ALL.into_iter().find(|deed| deed.as_str() == word)
}
