//! The bounded queue of rows between the capturing thread and the writer.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use model::row::LogRow;
use tokio::sync::{Notify, watch};

use crate::options::Options;
use crate::presence::lock;
use crate::row::size;

/// Quarters of a bound at which rows begin to go elsewhere, and down to which they do.
const HIGH: usize = 3;
const LOW: usize = 1;
/// Batches that keep the writer busy.
const BUSY_BATCHES: usize = 4;

pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Notify,
    full: AtomicBool,
    pressed: Notify,
    held: AtomicBool,
    done: watch::Sender<u64>,
    rows: usize,
    bytes: usize,
    batch_rows: usize,
    batch_delay: Duration,
}

#[derive(Default)]
struct State {
    rows: VecDeque<LogRow>,
    bytes: usize,
    /// Rows ever put in and ever taken out.
    put: u64,
    taken: u64,
    /// Rows up to this number do not wait for their batch to fill.
    hurry_to: u64,
    /// Since when the first row has waited.
    since: Option<Instant>,
    closed: bool,
}

impl Queue {
    pub(crate) fn new(options: &Options) -> Self {
        Queue {
            state: Mutex::default(),
            changed: Notify::new(),
            full: AtomicBool::new(false),
            pressed: Notify::new(),
            held: AtomicBool::new(false),
            done: watch::Sender::new(0),
            rows: options.queue_rows.max(1),
            bytes: options.queue_bytes,
            batch_rows: options.batch_rows.max(1),
            batch_delay: options.batch_delay,
        }
    }

    /// Whether a row put in now would be refused; a hint that saves making the row.
    pub(crate) fn is_full(&self) -> bool {
        self.full.load(Relaxed)
    }

    /// Whether so much waits that nothing should come that can wait elsewhere: batches enough to keep the writer busy, or
    /// at the end, when there is no elsewhere, as much as begins to go to disk.
    pub(crate) fn is_busy(&self, ends: bool) -> bool {
        let state = lock(&self.state);
        let most = if ends { usize::MAX } else { BUSY_BATCHES * self.batch_rows };
        !state.closed && (state.rows.len() >= most || self.is_over(&state, HIGH))
    }

    /// Puts rows in and gives back those for which there was no room: the newest.
    pub(crate) fn put(&self, rows: &mut Vec<LogRow>) -> Vec<LogRow> {
        let mut state = lock(&self.state);
        let before = state.rows.len();
        let mut room = 0;
        for row in rows.iter() {
            let bytes = state.bytes + size(row);
            if state.closed || before + room == self.rows || bytes > self.bytes {
                break;
            }
            state.bytes = bytes;
            room += 1;
        }
        let refused = rows.split_off(room);
        self.full.store(!refused.is_empty(), Relaxed);
        state.put += rows.len() as u64;
        state.rows.extend(rows.drain(..));
        let pressed = self.is_over(&state, HIGH);
        let filled = before < self.batch_rows && state.rows.len() >= self.batch_rows;
        if before == 0 && room > 0 {
            state.since = Some(Instant::now());
        }
        drop(state);
        if pressed {
            self.pressed.notify_one();
        }
        if filled || (before == 0 && room > 0) {
            self.changed.notify_one();
        }
        refused
    }

    /// The next batch, when it is full or has waited long enough; none when the queue is closed and empty.
    pub(crate) async fn batch(&self) -> Option<Vec<LogRow>> {
        loop {
            let wait = {
                let mut state = lock(&self.state);
                let waited = state.since.map_or(Duration::ZERO, |since| since.elapsed());
                let hurry = state.closed || state.taken < state.hurry_to;
                match state.rows.len() {
                    0 if state.closed => return None,
                    0 => None,
                    _ if self.held.load(Relaxed) && !hurry => None,
                    len if len >= self.batch_rows || hurry || waited >= self.batch_delay => {
                        return Some(self.take(&mut state, self.batch_rows));
                    }
                    _ => Some(self.batch_delay - waited),
                }
            };
            match wait {
                // Either way the state is looked at again.
                Some(wait) => drop(tokio::time::timeout(wait, self.changed.notified()).await),
                None => self.changed.notified().await,
            }
        }
    }

    /// Lets no batch out that nobody is in a hurry for, or lets them out again.
    pub(crate) fn hold(&self, held: bool) {
        if self.held.swap(held, Relaxed) && !held {
            self.changed.notify_one();
        }
    }

    /// Waits until batches may be let out.
    pub(crate) async fn released(&self) {
        loop {
            {
                let state = lock(&self.state);
                if !self.held.load(Relaxed) || state.closed || state.taken < state.hurry_to {
                    return;
                }
            }
            self.changed.notified().await;
        }
    }

    /// Waits until so much waits that the oldest of it has to go elsewhere.
    pub(crate) async fn pressed(&self) {
        while !self.is_over(&lock(&self.state), HIGH) {
            self.pressed.notified().await;
        }
    }

    fn is_over(&self, state: &State, share: usize) -> bool {
        let over = |value: usize, bound: usize| value > 0 && value >= bound / 4 * share;
        over(state.rows.len(), self.rows) || over(state.bytes, self.bytes)
    }

    /// How many rows were ever put in.
    pub(crate) fn put_so_far(&self) -> u64 {
        lock(&self.state).put
    }

    /// The oldest rows, at most `count` and none put in behind the `mark`th; none when little waits.
    pub(crate) fn relieve(&self, mark: u64, count: usize) -> Vec<LogRow> {
        let mut state = lock(&self.state);
        if !self.is_over(&state, LOW) {
            return Vec::new();
        }
        let before_mark = usize::try_from(mark.saturating_sub(state.taken)).unwrap_or(usize::MAX);
        let count = count.min(before_mark);
        if count == 0 { Vec::new() } else { self.take(&mut state, count) }
    }

    /// Everything that waits, for a writer that gives up. When it is the `last` time, what is put in later is refused.
    pub(crate) fn take_all(&self, last: bool) -> Vec<LogRow> {
        let mut state = lock(&self.state);
        state.closed |= last;
        self.take(&mut state, usize::MAX)
    }

    fn take(&self, state: &mut State, count: usize) -> Vec<LogRow> {
        let count = count.min(state.rows.len());
        let rows: Vec<LogRow> = state.rows.drain(..count).collect();
        state.bytes -= rows.iter().map(size).sum::<usize>();
        state.taken += count as u64;
        state.since = (!state.rows.is_empty()).then(Instant::now);
        self.full.store(false, Relaxed);
        rows
    }

    /// Tells that `count` rows taken out have met their end, stored or not.
    pub(crate) fn done(&self, count: usize) {
        self.done.send_modify(|done| *done += count as u64);
    }

    /// Waits until all rows put in before this call have met their end; they do not wait for their batch to fill.
    pub(crate) async fn flush(&self) {
        let mark = {
            let mut state = lock(&self.state);
            state.hurry_to = state.put;
            state.put
        };
        self.changed.notify_one();
        // The sender lives as long as the queue.
        let _ = self.done.subscribe().wait_for(|done| *done >= mark).await;
    }

    /// No more rows will come.
    pub(crate) fn close(&self) {
        lock(&self.state).closed = true;
        self.changed.notify_one();
    }

    /// Rows in the queue, and rows without their end: those in the queue and in the writer's hand.
    pub(crate) fn depth(&self) -> (u64, u64) {
        let state = lock(&self.state);
        (state.rows.len() as u64, state.put - *self.done.borrow())
    }
}
