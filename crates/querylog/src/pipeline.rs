//! The handle of a running query log.

use std::io;
use std::marker::PhantomData;
use std::ops::Add;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::config::Logging;
use model::event::EventReceiver;
use model::row::LogRow;
use model::rrtype::{Family, Rcode};
use model::slots::Target;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::capture::Capture;
use crate::giving_way::GivingWay;
use crate::options::Options;
use crate::presence::lock;
use crate::shared::{Outlet, Shared, Status};
use crate::sink::Sink;
use crate::spill::Spill;
use crate::spilling::{self, blocking};
use crate::view::LogView;
use crate::{counting, drain, writer};

/// What had to be given up at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsent {
    /// Answers whose counters were not stored.
    pub answers: u64,
    /// Rows whose accounts were not stored.
    pub rows: u64,
    /// Starts of segments that were not stored.
    pub segments: u64,
}

impl Add for Unsent {
    type Output = Unsent;

    fn add(self, other: Unsent) -> Unsent {
        Unsent {
            answers: self.answers + other.answers,
            rows: self.rows + other.rows,
            segments: self.segments + other.segments,
        }
    }
}

/// A running query log: one thread that captures, one task that writes rows, one that writes counts.
pub struct Pipeline<S> {
    shared: Arc<Shared>,
    thread: std::thread::Thread,
    tasks: Mutex<Option<(JoinHandle<()>, JoinHandle<()>, JoinHandle<Unsent>)>>,
    stop_spilling: CancellationToken,
    stop_rows: CancellationToken,
    stop_counts: CancellationToken,
    sink: PhantomData<fn() -> S>,
}

impl<S: Sink> Pipeline<S> {
    /// Starts to drain `rings`, in a Tokio runtime. `first` is the view the responder starts with.
    ///
    /// # Errors
    /// When the operating system has no thread left.
    pub fn start(
        options: Options,
        rings: Vec<EventReceiver>,
        sink: Arc<S>,
        logging: Logging,
        first: LogView,
    ) -> io::Result<Pipeline<S>> {
        let spill = open_spill(&options).map(Arc::new);
        let giving_way = GivingWay::new(options.give_way.clone(), std::time::Instant::now());
        let shared = Arc::new(Shared::new(options, spill.clone()));
        shared.send(|mail| mail.views.push(first));
        let capture = Capture::new(shared.clone(), rings, &logging, giving_way);
        let of_thread = shared.clone();
        let thread = std::thread::Builder::new()
            .name("querylog".to_owned())
            .spawn(move || drain::run(capture, &of_thread))?;
        let [stop_spilling, stop_rows, stop_counts] = std::array::from_fn(|_| CancellationToken::new());
        let spilling = match spill {
            Some(spill) => tokio::spawn(spilling::run(shared.clone(), spill, stop_spilling.clone())),
            None => tokio::spawn(async {}),
        };
        let writer = tokio::spawn(writer::run(sink.clone(), shared.clone(), stop_rows.clone()));
        let counting = tokio::spawn(counting::run(sink, shared.clone(), stop_counts.clone()));
        Ok(Pipeline {
            shared,
            thread: thread.thread().clone(),
            tasks: Mutex::new(Some((spilling, writer, counting))),
            stop_spilling,
            stop_rows,
            stop_counts,
            sink: PhantomData,
        })
    }

    /// Ends the log: takes what the rings hold, stores rows, then counts, and gives up what is left at the deadline.
    ///
    /// The responder must have stopped before. Rows get three quarters of the time, so that what became of them can
    /// still be stored. With a spill, what is left goes to disk instead. Gives what could neither be stored nor kept,
    /// which is also in the program's log. A second call does nothing.
    pub async fn shutdown(&self, deadline: Duration) -> Unsent {
        let begun = Instant::now();
        let Some((spilling, mut writer, mut counting)) = lock(&self.tasks).take() else {
            return Unsent::default();
        };
        self.stop_capturing();
        // The sender lives as long as the pipeline.
        let _ = timeout(deadline / 2, self.shared.stopped.subscribe().wait_for(|stopped| *stopped)).await;
        self.stop_spilling.cancel();
        let _ = spilling.await;
        if timeout_at(begun + deadline.mul_f64(0.75), &mut writer).await.is_err() {
            self.stop_rows.cancel();
            self.say_late();
            // It ends soon now, and the accounts of the lost rows are in the ledger when it has.
            let _ = writer.await;
        }
        // What has no room in the queue any more is accounted for by the capturing thread.
        let mut stopped = self.shared.stopped.subscribe();
        let by = begun + deadline.mul_f64(0.9);
        let stopped = timeout_at(by, stopped.wait_for(|stopped| *stopped)).await.is_ok();
        self.shared.ledger.close();
        let unsent = match timeout_at(begun + deadline, &mut counting).await {
            Ok(ended) => ended,
            Err(_) => {
                self.stop_counts.cancel();
                counting.await
            }
        };
        let unsent = unsent.unwrap_or_default();
        if unsent != Unsent::default() {
            let Unsent { answers, rows, segments } = unsent;
            tracing::error!(answers, rows, segments, "storage did not take the last counters in time");
        }
        if unsent == Unsent::default()
            && stopped
            && let Some(spill) = self.shared.spill.clone()
        {
            let last = self.shared.last_number();
            if let Some(Err(error)) = blocking(move || spill.end(last)).await {
                tracing::error!(%error, "the end of the query log could not be noted");
            }
        }
        unsent
    }
}

fn open_spill(options: &Options) -> Option<Spill> {
    let spill = options.spill.as_ref()?;
    let opened = Spill::open(&spill.folder, spill.octets, (options.clock)());
    let folder = spill.folder.display();
    opened.inspect_err(|error| tracing::error!(%error, %folder, "the query log goes on without a spill")).ok()
}

impl<S> Pipeline<S> {
    fn say_late(&self) {
        let waiting = self.shared.queue.depth().1;
        if self.shared.spill.as_ref().is_some_and(|spill| spill.takes()) {
            tracing::warn!(waiting, "storage did not take the last rows of the query log: they are spilled");
        } else {
            tracing::error!(
                waiting,
                "storage did not take the last rows of the query log in time: they are lost"
            );
        }
    }

    /// The lowest number of a batch that may be offered again after a restart: storage must not forget that it, or a
    /// later one, was taken. None when nothing is spilled.
    pub fn oldest_spilled(&self) -> Option<u64> {
        self.shared.spill.as_ref()?.oldest()
    }

    /// Since when answers may have no account because a process before this one was killed, microseconds since 1970 UTC.
    /// None when there are none, or while storage has not taken everything that it left.
    pub fn unsettled_since(&self) -> Option<i64> {
        let spill = self.shared.spill.as_ref()?;
        let waits = spill.earlier_rows() > 0 || self.shared.earlier_counts.load(Ordering::Relaxed);
        spill.unsettled_since().filter(|_| !waits)
    }

    /// Whether no earlier run has left an answer without an account.
    pub fn is_settled(&self) -> bool {
        self.shared.spill.as_ref().is_none_or(|spill| spill.unsettled_since().is_none())
    }

    /// Notes that every answer given before `started` has its account.
    pub async fn settled(&self, started: i64) {
        let Some(spill) = self.shared.spill.clone() else { return };
        if let Some(Err(error)) = blocking(move || spill.settled(started)).await {
            tracing::error!(%error, "that the query log is settled could not be noted");
        }
    }

    /// Makes a view known; to be called before the responder answers from it.
    pub fn publish(&self, view: LogView) {
        self.shared.send(|mail| mail.views.push(view));
    }

    /// Drains these rings as well: those of workers that came later. A ring whose worker is gone is let go of when it is
    /// empty.
    pub fn add_rings(&self, rings: Vec<EventReceiver>) {
        self.shared.send(|mail| mail.rings.extend(rings));
    }

    /// Sets the limits, the filters and the time of full logging; seconds that are still open are closed under the old ones.
    pub fn set_logging(&self, logging: Logging) {
        self.shared.send(|mail| mail.logging = Some(logging));
    }

    /// Hands every row that the limits keep to these as well, whether storage is there or not.
    pub fn set_outlets(&self, outlets: Vec<Outlet>) {
        self.shared.send(|mail| mail.outlets = Some(outlets));
    }

    /// How the log does, at this moment.
    pub fn status(&self) -> Status {
        self.shared.status()
    }

    /// Answers since the start, by what they were counted to; read from the counters every [`Options::flush`].
    pub fn totals(&self) -> Vec<(Target, Family, Rcode, u64)> {
        self.shared.ledger.totals()
    }

    /// Rows as they are captured, those that a throttle holds back when their second is over. A receiver that is too
    /// slow misses rows and is told how many; the log itself never waits for one.
    pub fn tail(&self) -> broadcast::Receiver<Arc<LogRow>> {
        self.shared.tail.subscribe()
    }

    /// Brings everything counted and captured before this call into storage; gives up after
    /// [`Options::flush_patience`].
    ///
    /// True when all of it is there. Rows of a second that a throttle still holds open are not part of it. What is put off
    /// stays so.
    pub async fn flush_now(&self) -> bool {
        let patience = self.shared.options.flush_patience;
        let end = Instant::now() + patience;
        if timeout_at(end, self.captured()).await.is_err() {
            return false;
        }
        // Half of the time is for rows: however many wait, the counters do not wait for them.
        let rows = timeout(patience / 2, self.flush_rows()).await.is_ok();
        timeout_at(end, self.shared.ledger.flush()).await.is_ok() && rows
    }

    /// The same for who would rather wait than miss rows: nothing is put off meanwhile, and rows that were are waited for,
    /// as long as this says.
    pub async fn catch_up(&self, patience: Duration) -> bool {
        let _hurry = Hurry::new(&self.shared);
        let caught_up = async {
            self.captured().await;
            self.flush_rows().await;
            self.shared.ledger.flush().await;
        };
        timeout(patience, caught_up).await.is_ok()
    }

    /// Waits until everything counted before this call is read, and every event is taken from its ring.
    async fn captured(&self) {
        let mark = self.shared.asked.fetch_add(1, Ordering::AcqRel) + 1;
        self.thread.unpark();
        // The sender lives as long as the pipeline.
        let _ = self.shared.captured.subscribe().wait_for(|done| *done >= mark).await;
    }

    /// Waits until everything captured is stored or lost; what is put off is no reason for other rows to wait.
    async fn flush_rows(&self) {
        let mark = self.shared.put_off.load(Ordering::Acquire);
        let mut made_up = self.shared.made_up.subscribe();
        let made_up = async {
            // What it gives is a lock, which must not be held while the other is waited for.
            drop(made_up.wait_for(|made_up| *made_up >= mark).await);
        };
        tokio::join!(self.shared.queue.flush(), made_up);
        self.shared.queue.flush().await;
    }

    fn stop_capturing(&self) {
        self.shared.stopping.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// While there is one, no event is put off.
struct Hurry<'a>(&'a Shared);

impl Hurry<'_> {
    fn new(shared: &Shared) -> Hurry<'_> {
        shared.hurrying.fetch_add(1, Ordering::AcqRel);
        Hurry(shared)
    }
}

impl Drop for Hurry<'_> {
    fn drop(&mut self) {
        self.0.hurrying.fetch_sub(1, Ordering::AcqRel);
    }
}

impl<S> Drop for Pipeline<S> {
    fn drop(&mut self) {
        self.stop_capturing();
        self.stop_spilling.cancel();
        self.stop_rows.cancel();
        self.stop_counts.cancel();
    }
}
