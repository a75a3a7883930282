//! Storage in memory: all or nothing, remembers batch numbers, and fails by a script.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard};

use model::row::{AccountRow, CounterRow, LogRow, Outcome, SegmentStart};
use querylog::{Sink, SinkError};

/// What the next call meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Works.
    None,
    /// Is not there.
    Away,
    /// Takes the batch and loses the acknowledgement.
    LostAnswer,
    /// Takes nothing of it.
    Refused,
}

/// A row from this port is refused, and with it the batch it is in.
pub const POISON: u16 = 666;

#[derive(Clone, Default)]
pub struct Content {
    pub rows: Vec<LogRow>,
    pub counters: Vec<CounterRow>,
    pub accounts: Vec<AccountRow>,
    pub segments: Vec<SegmentStart>,
    pub calls: usize,
    numbers: HashMap<u64, String>,
}

#[derive(Default)]
pub struct MemorySink {
    content: Mutex<Content>,
    script: Mutex<VecDeque<Fault>>,
    /// What every call meets when the script is over.
    always: Mutex<Option<Fault>>,
}

impl MemorySink {
    pub fn scripted(faults: impl IntoIterator<Item = Fault>) -> Self {
        MemorySink { script: Mutex::new(faults.into_iter().collect()), ..MemorySink::default() }
    }

    pub fn always(&self, fault: Fault) {
        *self.always.lock().unwrap() = Some(fault);
    }

    /// What the next calls meet, and then all others.
    pub fn then(&self, faults: impl IntoIterator<Item = Fault>, always: Fault) {
        self.script.lock().unwrap().extend(faults);
        self.always(always);
    }

    /// Whether a part of the script is still to come.
    pub fn is_scripted(&self) -> bool {
        !self.script.lock().unwrap().is_empty()
    }

    /// Another storage with the same content, which works.
    pub fn copy(&self) -> MemorySink {
        MemorySink { content: Mutex::new(self.content().clone()), ..MemorySink::default() }
    }

    pub fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap()
    }

    fn call(&self, number: u64, batch: String, store: impl FnOnce(&mut Content)) -> Result<(), SinkError> {
        let scripted = self.script.lock().unwrap().pop_front();
        let fault = scripted.or(*self.always.lock().unwrap()).unwrap_or(Fault::None);
        let mut content = self.content();
        content.calls += 1;
        if fault == Fault::Away {
            return Err(SinkError::Away("connection refused".to_owned()));
        }
        if fault == Fault::Refused {
            return Err(SinkError::Refused("value too long".to_owned()));
        }
        match content.numbers.get(&number) {
            Some(before) => assert_eq!(*before, batch, "one number was given to two batches"),
            None => {
                content.numbers.insert(number, batch);
                store(&mut content);
            }
        }
        match fault {
            Fault::LostAnswer => Err(SinkError::Away("connection reset".to_owned())),
            _ => Ok(()),
        }
    }
}

impl Sink for MemorySink {
    async fn store(&self, batch: u64, rows: &[LogRow]) -> Result<(), SinkError> {
        assert!(!rows.is_empty());
        if rows.iter().any(|row| row.port == POISON) {
            return Err(SinkError::Refused("row violates a constraint".to_owned()));
        }
        self.call(batch, format!("{rows:?}"), |content| {
            content.rows.extend_from_slice(rows);
            content.accounts.extend(AccountRow::of(rows, Outcome::Stored));
        })
    }

    async fn count(
        &self,
        batch: u64,
        counters: &[CounterRow],
        accounts: &[AccountRow],
    ) -> Result<(), SinkError> {
        assert!(counters.len() + accounts.len() > 0);
        self.call(batch, format!("{counters:?} {accounts:?}"), |content| {
            for counter in counters {
                let of = |s: &SegmentStart| (s.generation, s.health_epoch);
                let wanted = (counter.generation, counter.health_epoch);
                assert!(
                    content.segments.iter().any(|s| of(s) == wanted),
                    "counters came before their segment"
                );
            }
            content.counters.extend_from_slice(counters);
            content.accounts.extend_from_slice(accounts);
        })
    }

    async fn segments(&self, starts: &[SegmentStart]) -> Result<(), SinkError> {
        // Segments have no number; a start that comes again is the same start.
        let number = u64::MAX - starts[0].generation * 1000 - starts[0].health_epoch;
        let batch = format!("{starts:?}");
        let known = self.content().numbers.contains_key(&number);
        if known {
            Ok(())
        } else {
            self.call(number, batch, |content| content.segments.extend_from_slice(starts))
        }
    }
}

impl Content {
    /// Answers counted, by service.
    pub fn answered(&self) -> HashMap<Option<String>, u64> {
        let mut sums = HashMap::new();
        for counter in &self.counters {
            *sums.entry(counter.service.as_deref().map(str::to_owned)).or_default() += counter.count;
        }
        sums
    }

    /// What became of their rows, all outcomes together, by service.
    pub fn accounted(&self) -> HashMap<Option<String>, u64> {
        let mut sums = HashMap::new();
        for account in &self.accounts {
            *sums.entry(account.service.as_deref().map(str::to_owned)).or_default() += account.count;
        }
        sums
    }

    pub fn outcome(&self, outcome: Outcome) -> u64 {
        self.accounts.iter().filter(|a| a.outcome == outcome).map(|a| a.count).sum()
    }
}
