//! Rules and workers together.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::Label;
use model::config::{AlertRule, Channel, Config};
use model::occurrence::{Delivery, Occurrence, Outcome};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::alert::Alert;
use crate::rules::Rules;
use crate::send::Outside;
use crate::worker::{self, Pace, Tools};

/// How an [`Engine`] works.
#[derive(Clone)]
pub struct Options {
    /// What senders may use.
    pub outside: Outside,
    /// How often and how fast is tried.
    pub pace: Pace,
    /// Alerts that wait for one channel at most, at least 1.
    pub queue: usize,
    /// Numbers of deliveries, which rise.
    pub number: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// Takes what became of each try; must not wait.
    pub report: Arc<dyn Fn(Delivery) + Send + Sync>,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("pace", &self.pace)
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}

/// The state of a channel's queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// The channel.
    pub channel: Label,
    /// Alerts that wait, without the one that is being delivered.
    pub waiting: usize,
    /// Alerts dropped because it was full, since the start.
    pub dropped: u64,
}

/// Turns events into deliveries. Dropping it stops all workers.
pub struct Engine {
    shared: Arc<Shared>,
    _stop: DropGuard,
}

struct Shared {
    tools: Tools,
    places: usize,
    state: Mutex<State>,
    held: Notify,
    tasks: TaskTracker,
    stop: CancellationToken,
}

#[derive(Default)]
struct State {
    rules: Rules,
    config: Vec<AlertRule>,
    workers: HashMap<Label, Worker>,
}

struct Worker {
    channel: watch::Sender<Arc<Channel>>,
    queue: mpsc::Sender<Arc<Alert>>,
    dropped: u64,
    stop: CancellationToken,
}

impl Engine {
    /// Starts with the rules and channels of `config`. Needs a tokio runtime.
    pub fn start(options: Options, config: &Config) -> Engine {
        let stop = CancellationToken::new();
        let tools = Tools {
            outside: Arc::new(options.outside),
            pace: options.pace,
            number: options.number,
            report: options.report,
        };
        let shared = Arc::new(Shared {
            tools,
            places: options.queue.max(1),
            state: Mutex::default(),
            held: Notify::new(),
            tasks: TaskTracker::new(),
            stop: stop.clone(),
        });
        let engine = Engine { shared, _stop: stop.drop_guard() };
        engine.reconfigure(config);
        engine.shared.tasks.spawn(tell_held(engine.shared.clone()));
        engine
    }

    /// Goes by other rules and channels from now on. What waits for a channel that is still there stays; what rules
    /// remember of a subject stays as well, by the rule's name.
    pub fn reconfigure(&self, config: &Config) {
        let shared = &self.shared;
        let mut state = shared.lock();
        state.config = config.alert_rules.clone();
        let at_work: HashMap<&Label, &Channel> =
            config.channels.iter().filter(|c| c.enabled).map(|c| (&c.name, c)).collect();
        state.workers.retain(|name, worker| {
            let stays = at_work.contains_key(name);
            if !stays {
                worker.stop.cancel();
            }
            stays
        });
        for (name, channel) in at_work {
            let channel = Arc::new(channel.clone());
            if let Some(worker) = state.workers.get(name) {
                worker.channel.send_if_modified(|known| {
                    let differs = *known != channel;
                    if differs {
                        *known = channel;
                    }
                    differs
                });
                continue;
            }
            let (queue, waiting) = mpsc::channel(shared.places);
            let (sender, receiver) = watch::channel(channel);
            let stop = shared.stop.child_token();
            let work = worker::run(shared.tools.clone(), receiver, waiting);
            let until = stop.clone();
            shared.tasks.spawn(async move { until.run_until_cancelled(work).await });
            state.workers.insert(name.clone(), Worker { channel: sender, queue, dropped: 0, stop });
        }
        drop(state);
        shared.held.notify_one();
    }

    /// Takes an event; never waits.
    pub fn take(&self, event: &Arc<Occurrence>) {
        let mut state = self.shared.lock();
        let State { rules, config, .. } = &mut *state;
        let alerts = rules.take(config, event);
        self.shared.hand_out(&mut state, alerts);
        drop(state);
        self.shared.held.notify_one();
    }

    /// Sends a test once, past the queue, and reports it as any other delivery.
    pub async fn test(&self, channel: &Channel, event: Occurrence) -> Delivery {
        let alert = Alert::test(event);
        let (delivery, _) = worker::attempt_once(&self.shared.tools, channel, &alert, 1).await;
        (self.shared.tools.report)(delivery.clone());
        delivery
    }

    /// The queue of every channel that is at work, by name.
    pub fn queues(&self) -> Vec<Queue> {
        let state = self.shared.lock();
        let queue = |(name, worker): (&Label, &Worker)| Queue {
            channel: name.clone(),
            waiting: worker.queue.max_capacity() - worker.queue.capacity(),
            dropped: worker.dropped,
        };
        let mut queues: Vec<Queue> = state.workers.iter().map(queue).collect();
        queues.sort_by(|a, b| a.channel.cmp(&b.channel));
        queues
    }

    /// Delivers what waits, but for no longer than `drain`, and stops.
    pub async fn shutdown(&self, drain: Duration) {
        let workers: Vec<Worker> = self.shared.lock().workers.drain().map(|(_, worker)| worker).collect();
        // A queue that is closed is emptied, and its worker ends.
        drop(workers);
        self.shared.tasks.close();
        let ended = self.shared.tasks.wait();
        let held = self.shared.stop.clone();
        let _ = tokio::time::timeout(drain, async {
            self.shared.held.notify_one();
            ended.await;
        })
        .await;
        held.cancel();
        self.shared.tasks.wait().await;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hand_out(&self, state: &mut State, alerts: Vec<Alert>) {
        for alert in alerts {
            let rule = state.config.iter().find(|rule| Some(&rule.name) == alert.rule.as_ref());
            let channels = rule.map(|rule| rule.channels.clone()).unwrap_or_default();
            let alert = Arc::new(alert);
            for name in channels {
                // A channel that is switched off gets nothing.
                let Some(worker) = state.workers.get_mut(&name) else { continue };
                if worker.queue.try_send(alert.clone()).is_err() {
                    worker.dropped += 1;
                    let channel = worker.channel.borrow().clone();
                    let delivery = worker::dropped(&self.tools, &channel, &alert);
                    debug_assert_eq!(delivery.outcome, Outcome::Dropped);
                    (self.tools.report)(delivery);
                }
            }
        }
    }
}

/// Tells what was held back when its throttle ends.
async fn tell_held(shared: Arc<Shared>) {
    loop {
        let next = {
            let state = shared.lock();
            state.rules.next_due(&state.config)
        };
        let now = (shared.tools.outside.clock)();
        let pause = next.map(|at| Duration::from_micros((at - now).max(0) as u64) + Duration::from_millis(1));
        tokio::select! {
            () = shared.stop.cancelled() => return,
            () = shared.held.notified() => {
                if shared.tasks.is_closed() {
                    return;
                }
            }
            () = async { match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => std::future::pending().await,
            } } => {
                let now = (shared.tools.outside.clock)();
                let mut state = shared.lock();
                let State { rules, config, .. } = &mut *state;
                let alerts = rules.due(config, now);
                shared.hand_out(&mut state, alerts);
            }
        }
    }
}
