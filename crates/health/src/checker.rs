//! Everything of health at work: one task for each target, one ledger, one published table.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::Label;
use model::config::Config;
use model::health::{HealthTable, MemberHealth, MemberKey, Override};
use tokio::sync::{Notify, Semaphore, broadcast, watch};
use tokio::time::{Instant, sleep};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::durations::{Durations, Histogram};
use crate::ledger::{CheckPoint, HealthChange, Ledger, Remembered, TargetId};
use crate::probe::{Network, Probe, Seen, Step, Tools, Trace};
use crate::schedule;
use crate::target::Target;

/// Changes a slow reader may lag behind before it loses the oldest.
const CHANGES_KEPT: usize = 4096;

/// How often what is due is looked at while anything is.
const LOOK: Duration = Duration::from_secs(1);

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
    /// What an earlier process knew of members: see [`Checker::remembered`].
    pub remembered: Vec<Remembered>,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("concurrency", &self.concurrency)
            .field("first_epoch", &self.first_epoch)
            .finish_non_exhaustive()
    }
}

/// One check with all it did.
#[derive(Clone, Debug)]
pub struct Transcript {
    /// What it saw.
    pub seen: Seen,
    /// How long it took.
    pub took: Duration,
    /// Its steps, in their order, without secrets.
    pub steps: Vec<Step>,
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
    suspects: watch::Sender<Option<i64>>,
    /// Something may be due earlier than it was.
    due: Notify,
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
        let ledger = Ledger::remembering(options.first_epoch, options.remembered);
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared {
            table: watch::Sender::new(ledger.table()),
            changes: broadcast::Sender::new(CHANGES_KEPT),
            suspects: watch::Sender::new(None),
            due: Notify::new(),
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
        checker.shared.tasks.spawn(keep_time(checker.shared.clone()));
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
        shared.publish(&state.ledger, todo.changes);
    }

    /// What operators decided, in place of what was decided before. Each expires by itself.
    pub fn set_overrides(&self, overrides: Vec<Override>) {
        self.shared.change(|ledger, now| ledger.set_overrides(overrides, now));
    }

    /// Lets a member that recovered have answers again; `by` is who says so. Whether it had waited.
    pub fn resume(&self, member: &MemberKey, by: &str) -> bool {
        self.shared.change(|ledger, now| ledger.resume(member, by, now))
    }

    /// Takes the silence of all members for what it seems to be; `by` is who says so. Whether there was a suspicion.
    pub fn believe(&self, by: &str) -> bool {
        let suspected = self.shared.lock().ledger.suspects().is_some();
        self.shared.change(|ledger, now| ledger.believe(&format!("{by} takes the members for down"), now));
        suspected
    }

    /// Since when this site suspects itself, microseconds since 1970 UTC: it hears no member any more, and keeps what
    /// they were.
    pub fn suspects(&self) -> watch::Receiver<Option<i64>> {
        self.shared.suspects.subscribe()
    }

    /// The last checks of a member by each of its monitors, the oldest first.
    pub fn strips(&self, member: &MemberKey) -> Vec<(Label, Vec<CheckPoint>)> {
        self.shared.lock().ledger.strips(member)
    }

    /// Checks a target once, now, and tells every step. It changes nobody's health.
    pub async fn probe_once(&self, target: &Target) -> Transcript {
        let trace = Trace::on();
        let start = Instant::now();
        let seen = self.shared.probe.check(target, &trace).await;
        Transcript { seen, took: start.elapsed(), steps: trace.into_steps() }
    }

    /// The health of every member; wakes whenever any of it changes.
    pub fn table(&self) -> watch::Receiver<Arc<HealthTable>> {
        self.shared.table.subscribe()
    }

    /// Every checked member with its last checks, as they are now.
    pub fn state(&self) -> HashMap<MemberKey, MemberHealth> {
        self.shared.lock().ledger.state()
    }

    /// Each change of a member's standing, from now on. A reader that lags far behind loses the oldest and
    /// is told so.
    pub fn changes(&self) -> broadcast::Receiver<HealthChange> {
        self.shared.changes.subscribe()
    }

    /// What whoever comes after has to know of members: which are down, wait for an operator, or climb.
    pub fn remembered(&self) -> Vec<Remembered> {
        self.shared.lock().ledger.remembered()
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

    /// Under the lock, so that tables are published in the order of their epochs and changes in theirs.
    fn publish(&self, ledger: &Ledger, changes: Vec<HealthChange>) {
        let table = ledger.table();
        self.table.send_if_modified(|published| {
            let newer = published.epoch != table.epoch;
            if newer {
                *published = table;
            }
            newer
        });
        let suspects = ledger.suspects();
        let turned = self.suspects.send_if_modified(|known| std::mem::replace(known, suspects) != suspects);
        match suspects {
            Some(_) if turned => tracing::error!(
                "no member is heard any more: this site suspects itself and keeps what they were"
            ),
            None if turned => tracing::warn!("this site no longer suspects itself"),
            _ => {}
        }
        for change in changes {
            tracing::info!(
                service = %change.key.service, pool = %change.key.pool, member = %change.member,
                from = %change.from.health(), to = %change.to.health(), cause = %change.cause,
                monitor = change.monitor.as_ref().map(Label::as_str),
                failure = change.failure.map(|f| f.as_str()), detail = %change.detail, "member health changed"
            );
            // No reader is fine: the table has the state.
            let _ = self.changes.send(change);
        }
        self.due.notify_one();
    }

    /// Applies what somebody decided; whether anything changed.
    fn change(&self, apply: impl FnOnce(&mut Ledger, i64) -> Vec<HealthChange>) -> bool {
        let mut state = self.lock();
        let changes = apply(&mut state.ledger, (self.clock)());
        let changed = !changes.is_empty();
        self.publish(&state.ledger, changes);
        changed
    }

    fn record(&self, id: TargetId, seen: Seen, took: Duration) {
        self.durations.add(took);
        let mut state = self.lock();
        let suspected = state.ledger.suspects();
        let changes = state.ledger.record(id, seen, (self.clock)(), took.as_micros() as u64);
        // Most checks change nothing.
        if !changes.is_empty() || state.ledger.suspects() != suspected {
            self.publish(&state.ledger, changes);
        }
    }
}

/// Lets what is due happen on time: the time of day may be set meanwhile, so it is looked at once a second.
async fn keep_time(shared: Arc<Shared>) {
    let run = async {
        loop {
            let now = (shared.clock)();
            let due = shared.lock().ledger.next_due(now);
            match due {
                Some(at) if at <= now => {
                    shared.change(Ledger::advance);
                }
                Some(at) => {
                    let wait = Duration::from_micros((at - now) as u64).min(LOOK);
                    tokio::select! {
                        () = sleep(wait) => {}
                        () = shared.due.notified() => {}
                    }
                }
                None => shared.due.notified().await,
            }
        }
    };
    shared.stop.run_until_cancelled(run).await;
}

async fn watch_target(shared: Arc<Shared>, id: TargetId, target: Arc<Target>, stop: CancellationToken) {
    let (probe, places) = (shared.probe.clone(), shared.places.clone());
    let record = |seen, took| shared.record(id, seen, took);
    stop.run_until_cancelled(schedule::run(target, probe, places, record)).await;
}
