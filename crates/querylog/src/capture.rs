//! One pass over the rings: events become rows in the queue, or are counted by the cause that they do not. Or they are
//! put off, while the threads that answer wait for a core.

use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};
use std::time::Instant;

use model::config::Logging;
use model::counter::bucket_of;
use model::event::{EventReceiver, QueryEvent};
use model::row::{Class, LogRow, Outcome};
use model::slots::Slot;

use crate::backlog::Backlog;
use crate::classify::significance;
use crate::filters::Filters;
use crate::giving_way::GivingWay;
use crate::ledger::{AccountId, Accounts, CounterId, account};
use crate::names::NameTable;
use crate::row::row;
use crate::shared::{Outlet, Shared};
use crate::throttle::{Closed, Group, Throttle};
use crate::view::Views;

/// Rows that are handed on at a time, about.
const CHUNK: usize = 1024;
/// Blocks of events that were put off which one pass makes rows of.
const BLOCKS: usize = 2;
/// Views whose events may wait; each takes memory, and time at every reading.
const VIEWS: usize = 16;

/// Whether a ring is empty and its worker gone: looked at in the other order, since nothing comes once it is gone.
fn is_over(ring: &EventReceiver) -> bool {
    if !ring.is_abandoned() {
        return false;
    }
    // Looking at the worker's end alone does not make what it wrote before visible here.
    fence(Ordering::Acquire);
    ring.is_empty()
}

fn full_until(logging: &Logging) -> i64 {
    logging.full_until.map_or(i64::MIN, |until| until.0)
}

/// What a pass has found.
pub(crate) struct Pass {
    /// Events that came.
    pub(crate) events: usize,
    /// Whether they were put off for others.
    pub(crate) gives: bool,
    /// Whether nothing is left to do before more events come, or storage has taken rows.
    pub(crate) waits: bool,
}

pub(crate) struct Capture {
    shared: Arc<Shared>,
    rings: Vec<EventReceiver>,
    giving_way: GivingWay,
    backlog: Backlog,
    views: Views,
    throttle: Throttle<LogRow>,
    filters: Filters,
    /// Rows of before this moment are not limited, microseconds since 1970 UTC.
    full_until: i64,
    ready: Vec<LogRow>,
    outlets: Vec<Outlet>,
    accounts: Accounts,
    said_unknown: bool,
}

impl Capture {
    pub(crate) fn new(
        shared: Arc<Shared>,
        rings: Vec<EventReceiver>,
        logging: &Logging,
        giving_way: GivingWay,
    ) -> Self {
        Capture {
            rings,
            giving_way,
            backlog: Backlog::default(),
            views: Views::default(),
            throttle: Throttle::new(logging, shared.options.seed),
            filters: Filters::of(logging),
            full_until: full_until(logging),
            shared,
            ready: Vec::with_capacity(CHUNK),
            outlets: Vec::new(),
            accounts: Accounts::new(),
            said_unknown: false,
        }
    }

    /// Takes every event that is in a ring now. At the end nothing is put off, and what was is made up for.
    pub(crate) fn pass(&mut self, ends: bool) -> Pass {
        self.read_mail();
        // Read before the rings are looked at: what happened before it is in one of them.
        let now = self.shared.now();
        let behind = (!self.backlog.is_empty()).then(|| self.backlog.octets());
        let watched = self.shared.tail.receiver_count() > 0;
        let wanted = self.shared.hurrying.load(Ordering::Acquire) > 0;
        let must = ends || watched || wanted || self.shared.rows.away().is_some() || self.views.len() > VIEWS;
        let gives = self.giving_way.gives(Instant::now(), behind, must);
        self.shared.queue.hold(gives);
        let put_off = gives || behind.is_some();
        let events = self.drain(put_off);
        self.giving_way.note(events);
        let made_up = if gives { 0 } else { self.make_up(ends) };
        // A second is over only when none of its events waits.
        let closed = self.throttle.close(now, self.backlog.oldest_at());
        self.settle(closed);
        // Said when all of it is in the queue or accounted for, what the throttles let go of as well.
        if made_up > 0 {
            self.shared.made_up.send_modify(|sum| *sum += made_up);
        }
        let waits = made_up == 0;
        Pass { events, gives, waits }
    }

    /// Whether events wait that were put off.
    pub(crate) fn is_behind(&self) -> bool {
        !self.backlog.is_empty()
    }

    fn drain(&mut self, put_off: bool) -> usize {
        let mut events = 0;
        let mut rings = std::mem::take(&mut self.rings);
        for ring in &mut rings {
            // What comes meanwhile is the next pass's.
            let mut left = ring.octets();
            while left > 0 {
                let before = events;
                let read = ring.read(left, |event| {
                    events += 1;
                    if put_off { self.backlog.push(event) } else { self.take(&event.unpack()) }
                });
                left = left.saturating_sub(read);
                if put_off {
                    self.shared.put_off.fetch_add((events - before) as u64, Ordering::Release);
                }
                self.hand_on();
            }
        }
        rings.retain(|ring| !is_over(ring));
        // Rings that came by mail meanwhile go behind.
        rings.append(&mut self.rings);
        self.rings = rings;
        events
    }

    /// Makes rows of some events that were put off, and gives of how many.
    fn make_up(&mut self, ends: bool) -> u64 {
        // Streams and tails get rows whether storage is there or not, and views take memory of their own.
        let presses = self.views.len() > VIEWS || self.is_watched() && self.shared.rows.away().is_some();
        let mut made_up = 0;
        for blocks in 0.. {
            // What has no room here has none there either: then the rings are what fills.
            let full = self.backlog.octets() >= self.giving_way.octets();
            if !full && (blocks >= BLOCKS || !presses && self.shared.queue.is_busy(ends)) {
                break;
            }
            let Some(block) = self.backlog.pop() else { break };
            block.iter().for_each(|event| self.take(&event.unpack()));
            self.hand_on();
            made_up += block.events();
        }
        made_up
    }

    /// Reads every counter; each ring was drained since the last call.
    pub(crate) fn read_counters(&mut self) {
        let (shared, accounts) = (&self.shared, &mut self.accounts);
        self.views.read(shared.now(), !self.backlog.is_empty(), |view, reading| {
            let slots: Vec<Slot> = reading.answered.iter().map(|(key, _)| key.slot).collect();
            let counters = reading.answered.into_iter().map(|(key, count)| {
                let id = CounterId {
                    bucket: key.bucket,
                    names: view.names.get(key.slot).clone(),
                    family: key.family,
                    rcode: key.rcode,
                    generation: view.generation,
                    health_epoch: view.health_epoch,
                };
                (id, count)
            });
            let counters: Vec<_> = counters.collect();
            let totals = counters.iter().zip(slots);
            shared.ledger.add_totals(totals.map(|((id, count), slot)| (id, view.names.target(slot), *count)));
            shared.ledger.add_counters(counters);
            for (key, count) in reading.lost {
                let service = view.names.get(key.slot).service.clone();
                let id = AccountId { bucket: key.bucket, service, class: None, outcome: Outcome::Queue };
                *accounts.entry(id).or_default() += count;
            }
        });
        self.hand_on();
        self.shared.ledger.wake();
    }

    /// Hands on what the throttles hold back; nothing more will come.
    pub(crate) fn finish(&mut self) {
        let closed = self.throttle.close_all();
        self.settle(closed);
        self.read_counters();
    }

    fn read_mail(&mut self) {
        let Some(mail) = self.shared.mail() else { return };
        self.rings.extend(mail.rings);
        if let Some(outlets) = mail.outlets {
            self.outlets = outlets;
        }
        if let Some(logging) = mail.logging {
            let closed = self.throttle.set(&logging);
            self.settle(closed);
            (self.filters, self.full_until) = (Filters::of(&logging), full_until(&logging));
        }
        for mut view in mail.views {
            // In the ledger before any counter of the view can be.
            self.shared.ledger.add_segments(std::mem::take(&mut view.segments));
            self.views.push(view);
        }
        if self.views.len() > 100 {
            tracing::debug!(views = self.views.len(), "many views wait for their last answer");
        }
    }

    fn take(&mut self, event: &QueryEvent) {
        let Some(table) = self.table(event) else { return };
        let names = table.get(event.slot).clone();
        let significance = significance(event);
        let mut class = if significance.is_empty() { Class::NonSignificant } else { Class::Significant };
        let mut made = None;
        if class == Class::NonSignificant && self.filters.are_any(event.at) {
            let candidate = row(event, &names, class, significance);
            if self.filters.ask_for(&candidate, &self.shared.options.site) {
                class = Class::Filtered;
            }
            made = Some(LogRow { class, ..candidate });
        }
        let make = || made.unwrap_or_else(|| row(event, &names, class, significance));
        if event.at >= self.full_until && self.throttle.limits(class) {
            let zone = names.zone.clone().filter(|_| names.service.is_none());
            let group = Group { class, service: names.service.clone(), zone };
            self.throttle.offer(event.at, group, make);
        } else if self.shared.queue.is_full() && !self.is_watched() {
            self.account(event.at, names.service.clone(), class, Outcome::Storage, 1);
        } else {
            self.ready.push(make());
        }
    }

    /// Whether anybody beside storage gets rows.
    fn is_watched(&self) -> bool {
        !self.outlets.is_empty() || self.shared.tail.receiver_count() > 0
    }

    fn table(&mut self, event: &QueryEvent) -> Option<NameTable> {
        if let Some(table) = self.views.find(event.generation, event.health_epoch) {
            return Some(table.clone());
        }
        // The view was published after this pass began.
        self.read_mail();
        if let Some(table) = self.views.find(event.generation, event.health_epoch) {
            return Some(table.clone());
        }
        if !self.said_unknown {
            self.said_unknown = true;
            let (generation, health_epoch) = (event.generation, event.health_epoch);
            tracing::error!(generation, health_epoch, "an event of a view that was not published to the log");
        }
        self.views.newest().cloned()
    }

    fn settle(&mut self, closed: Closed<LogRow>) {
        for dropped in closed.dropped {
            let class = dropped.group.class;
            self.account(dropped.at, dropped.group.service, class, dropped.outcome, dropped.count);
        }
        let before = self.ready.len();
        self.ready.extend(closed.kept.into_iter().map(|(row, stands_for)| LogRow { stands_for, ..row }));
        self.ready[before..].sort_by_key(|row| row.at);
        self.hand_on();
    }

    /// Rows to the queue and to whoever watches; what happened to the others to the ledger.
    fn hand_on(&mut self) {
        if !self.ready.is_empty() {
            if self.shared.tail.receiver_count() > 0 {
                for row in &self.ready {
                    // The last watcher may have left meanwhile.
                    let _ = self.shared.tail.send(Arc::new(row.clone()));
                }
            }
            if !self.outlets.is_empty() {
                let rows: Arc<[LogRow]> = self.ready.as_slice().into();
                self.outlets.iter().for_each(|outlet| outlet(&rows));
            }
            for row in self.shared.queue.put(&mut self.ready) {
                self.account(row.at, row.service, row.class, Outcome::Storage, 1);
            }
        }
        let accounts = self.accounts.drain().map(account).collect();
        self.shared.ledger.add_accounts(accounts);
    }

    fn account(&mut self, at: i64, service: Option<Arc<str>>, class: Class, outcome: Outcome, count: u64) {
        let id = AccountId { bucket: bucket_of(at), service, class: Some(class), outcome };
        *self.accounts.entry(id).or_default() += count;
    }
}
