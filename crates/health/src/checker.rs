//! Everything of health at work: one task for each target, one ledger, one published table.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::config::Config;
use model::health::{HealthTable, MemberHealth, MemberKey};
use tokio::sync::{Semaphore, broadcast, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::durations::{Durations, Histogram};
use crate::ledger::{HealthChange, Ledger, TargetId};
use crate::probe::{Network, Probe, Seen, Tools};
use crate::schedule;
use crate::target::Target;

/// Changes a slow reader may lag behind before it loses the oldest.
const CHANGES_KEPT: usize = 4096;

/// The time of day, microseconds since 1970 UTC.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// How a [`Checker`] works.
#[derive(Clone)]
pub struct Options {
    /// The time of day that results carry; intervals and timeouts go by the monotonic clock.
    pub clock: Clock,
    /// Checks in flight at most, all targets together; at least 1.
    pub concurrency: usize,
    /// Epoch of the first table. It has to be above all epochs of earlier runs: the time of the start in
    /// milliseconds is, as health changes less than a thousand times a second on average.
    pub first_epoch: u64,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("concurrency", &self.concurrency)
            .field("first_epoch", &self.first_epoch)
            .finish_non_exhaustive()
    }
}

/// Runs the checks of a configuration. Dropping it stops them; [`Checker::shutdown`] also waits for that.
pub struct Checker {
    shared: Arc<Shared>,
    _stop: DropGuard,
}

struct Shared {
    state: Mutex<State>,
    table: watch::Sender<Arc<HealthTable>>,
    changes: broadcast::Sender<HealthChange>,
    durations: Histogram,
    clock: Clock,
    probe: Arc<dyn Probe>,
    places: Arc<Semaphore>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

struct State {
    ledger: Ledger,
    running: HashMap<TargetId, CancellationToken>,
}

impl Checker {
    /// Starts checking what `config` asks for, over the network. Needs a tokio runtime.
    pub fn start(options: Options, config: &Config, tools: Tools) -> Checker {
        Checker::with_probe(options, config, Arc::new(Network::new(tools)))
    }

    /// Starts with another way to check.
    pub fn with_probe(options: Options, config: &Config, probe: Arc<dyn Probe>) -> Checker {
        let ledger = Ledger::new(options.first_epoch);
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared {
            table: watch::Sender::new(ledger.table()),
            changes: broadcast::Sender::new(CHANGES_KEPT),
            durations: Histogram::default(),
            clock: options.clock,
            probe,
            places: Arc::new(Semaphore::new(options.concurrency.clamp(1, Semaphore::MAX_PERMITS))),
            tasks: TaskTracker::new(),
            stop: stop.clone(),
            state: Mutex::new(State { ledger, running: HashMap::new() }),
        });
        let checker = Checker { shared, _stop: stop.drop_guard() };
        checker.reconfigure(config);
        checker
    }

    /// Checks what `config` asks for from now on. What did not change keeps its state and its phase; what is gone is
    /// forgotten; a member whose monitor changed keeps its health until it is judged anew.
    pub fn reconfigure(&self, config: &Config) {
        let shared = &self.shared;
        let mut state = shared.lock();
        let todo = state.ledger.reconfigure(config, (shared.clock)());
        for id in todo.stop {
            if let Some(running) = state.running.remove(&id) {
                running.cancel();
            }
        }
        for (id, target) in todo.start {
            let stop = shared.stop.child_token();
            state.running.insert(id, stop.clone());
            shared.tasks.spawn(watch_target(shared.clone(), id, target, stop));
        }
        tracing::debug!(targets = state.running.len(), "health checks reconfigured");
        shared.publish(&state.ledger);
    }

    /// The health of every member; wakes whenever any of it changes.
    pub fn table(&self) -> watch::Receiver<Arc<HealthTable>> {
        self.shared.table.subscribe()
    }

    /// Every checked member with its last checks, as they are now.
    pub fn state(&self) -> HashMap<MemberKey, MemberHealth> {
        self.shared.lock().ledger.state()
    }

    /// Each change of a member's health by a check, from now on. A reader that lags far behind loses the oldest and
    /// is told so.
    pub fn changes(&self) -> broadcast::Receiver<HealthChange> {
        self.shared.changes.subscribe()
    }

    /// How long checks took, since the start.
    pub fn durations(&self) -> Durations {
        self.shared.durations.read()
    }

    /// Stops all checks and waits until none runs.
    pub async fn shutdown(&self) {
        self.shared.stop.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock leaves the ledger half changed, and health must outlive a panic elsewhere.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Under the lock, so that tables are published in the order of their epochs.
    fn publish(&self, ledger: &Ledger) {
        let table = ledger.table();
        self.table.send_if_modified(|published| {
            let newer = published.epoch != table.epoch;
            if newer {
                *published = table;
            }
            newer
        });
    }

    fn record(&self, id: TargetId, seen: Seen, took: Duration) {
        self.durations.add(took);
        let mut state = self.lock();
        let changes = state.ledger.record(id, seen, (self.clock)(), took.as_micros() as u64);
        self.publish(&state.ledger);
        for change in changes {
            tracing::info!(
                service = %change.key.service, pool = %change.key.pool, member = %change.key.address,
                from = %change.from, to = %change.to, monitor = %change.monitor,
                failure = change.failure.map(|f| f.as_str()), detail = %change.detail, "member health changed"
            );
            // No reader is fine: the table has the state.
            let _ = self.changes.send(change);
        }
    }
}

async fn watch_target(shared: Arc<Shared>, id: TargetId, target: Arc<Target>, stop: CancellationToken) {
    let (probe, places) = (shared.probe.clone(), shared.places.clone());
    let record = |seen, took| shared.record(id, seen, took);
    stop.run_until_cancelled(schedule::run(target, probe, places, record)).await;
}
