//! When the log puts its own work off, because the threads that answer wait for a core.
//!
//! Making rows and storing them takes about as much time of the processor as answering. On a machine that has none to
//! spare an answer would wait behind it. So rows wait instead, for as long as the setting says and there is room; then
//! they are made up for, whatever the load is, and only when that is done the log gives way again.

use std::time::{Duration, Instant};

use crate::options::GiveWay;

/// The time over which is judged, as the settings count answers.
const WINDOW: Duration = Duration::from_millis(100);
/// How often it is looked meanwhile, so that a load that comes suddenly is met soon.
const LOOK: Duration = Duration::from_millis(10);
/// Time that a thread waits in a window from which on the log gives way. Beside nothing else it waits 0.5 to 2.5 ms,
/// beside a log that is being written 3 to 50 (docs/benchmarks.md).
const WAITED: Duration = Duration::from_millis(3);
/// The time below which it need not any more.
const CALM: Duration = Duration::from_millis(1);
/// Windows in a row that have to find it so.
const CALM_WINDOWS: u32 = 10;
/// How long fewer answers have to come for the load to be over.
const IDLE: Duration = Duration::from_millis(50);

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// Rows are made as events come.
    Keeping,
    /// Events are put off.
    Giving { since: Instant, calm: u32 },
    /// What was put off is being made up for.
    Catching,
}

pub(crate) struct GivingWay {
    with: Option<GiveWay>,
    state: State,
    window: Instant,
    looked: Instant,
    /// Since the window began.
    events: usize,
    waited: Duration,
    /// Since it was looked.
    fresh: usize,
    /// When answers came last as fast as is many.
    busy: Instant,
}

impl GivingWay {
    pub(crate) fn new(with: Option<GiveWay>, now: Instant) -> GivingWay {
        GivingWay {
            with: with.filter(|with| !with.longest.is_zero() && with.octets >= GiveWay::LEAST),
            state: State::Keeping,
            window: now,
            looked: now,
            events: 0,
            waited: Duration::ZERO,
            fresh: 0,
            busy: now,
        }
    }

    /// Notes so many events that came.
    pub(crate) fn note(&mut self, events: usize) {
        self.events += events;
        self.fresh += events;
    }

    /// Memory that events may take which are put off.
    pub(crate) fn octets(&self) -> usize {
        self.with.as_ref().map_or(0, |with| with.octets)
    }

    /// Whether events are to be put off. `behind` is the memory of those that are, none when there is none; what
    /// somebody waits for `must` not be put off.
    pub(crate) fn gives(&mut self, now: Instant, behind: Option<usize>, must: bool) -> bool {
        let Some(with) = &self.with else { return false };
        let since_look = now.saturating_duration_since(self.looked);
        let mut sudden = false;
        if since_look >= LOOK {
            self.looked = now;
            let (waited, events) = ((with.waits)(), std::mem::take(&mut self.fresh));
            self.waited += waited;
            let many = with.busy as f64 * since_look.div_duration_f64(WINDOW);
            if events as f64 >= many {
                self.busy = now;
            }
            // Ten times as many as are many are met at once, before their first rows are stored.
            let long = WAITED.mul_f64(since_look.div_duration_f64(WINDOW));
            sudden = waited >= long && events as f64 >= 10.0 * many;
        }
        let over = now.saturating_duration_since(self.window) >= WINDOW;
        self.state = match self.state {
            State::Keeping if (sudden || self.waited >= WAITED && self.events >= with.busy) && !must => {
                self.busy = now;
                State::Giving { since: now, calm: 0 }
            }
            State::Giving { since, .. }
                if must
                    || now - since >= with.longest
                    || now - self.busy >= IDLE
                    || behind.is_some_and(|octets| octets >= with.octets) =>
            {
                State::Catching
            }
            State::Giving { since, calm } if over => {
                let calm = if self.waited < CALM { calm + 1 } else { 0 };
                if calm >= CALM_WINDOWS { State::Catching } else { State::Giving { since, calm } }
            }
            State::Catching if behind.is_none() => State::Keeping,
            state => state,
        };
        if over {
            (self.window, self.events, self.waited) = (now, 0, Duration::ZERO);
        }
        matches!(self.state, State::Giving { .. })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    use super::*;

    const OCTETS: usize = GiveWay::LEAST;

    /// Windows one after the other, with so many events a second and waits of so many in a hundred.
    struct Machine {
        now: Instant,
        waits: Arc<AtomicU64>,
        giving: GivingWay,
    }

    impl Machine {
        fn new(longest: Duration) -> Machine {
            let waits = Arc::new(AtomicU64::new(0));
            let of = waits.clone();
            let waited = move || Duration::from_millis(of.load(Relaxed));
            let with = GiveWay { longest, octets: OCTETS, busy: 500, waits: Arc::new(waited) };
            let now = Instant::now();
            Machine { now, waits, giving: GivingWay::new(Some(with), now) }
        }

        fn look(&mut self, percent: u64, rate: usize, behind: Option<usize>) -> bool {
            self.waits.store(percent, Relaxed);
            self.giving.note(rate / 10);
            self.now += WINDOW;
            self.giving.gives(self.now, behind, false)
        }
    }

    #[test]
    fn a_sudden_load_is_met_at_the_first_look() {
        let mut machine = Machine::new(Duration::from_secs(10));
        machine.waits.store(1, Relaxed);
        machine.giving.note(499);
        machine.now += LOOK;
        assert!(!machine.giving.gives(machine.now, None, false));
        machine.giving.note(500);
        machine.now += LOOK;
        assert!(machine.giving.gives(machine.now, None, false));
    }

    #[test]
    fn a_load_is_met_before_the_window_is_over() {
        let mut machine = Machine::new(Duration::from_secs(10));
        machine.waits.store(2, Relaxed);
        machine.giving.note(499);
        machine.now += LOOK;
        assert!(!machine.giving.gives(machine.now, None, false));
        assert!(!machine.giving.gives(machine.now, None, false), "not looked at again");
        machine.giving.note(1);
        machine.now += LOOK;
        assert!(machine.giving.gives(machine.now, None, false));
    }

    #[test]
    fn it_gives_way_while_answers_wait_and_many_come() {
        let mut machine = Machine::new(Duration::from_secs(10));
        assert!(!machine.look(2, 100_000, None), "they hardly wait");
        assert!(!machine.look(50, 4000, None), "few come");
        assert!(machine.look(3, 5000, None));
        assert!((0..9).all(|_| machine.look(0, 100_000, Some(1))));
        assert!(machine.look(2, 100_000, Some(1)));
        assert!((0..9).all(|_| machine.look(0, 100_000, Some(1))));
        assert!(!machine.look(0, 100_000, Some(1)), "calm for a second");
        assert!(!machine.look(50, 100_000, Some(1)), "not before it has caught up");
        assert!(!machine.look(50, 100_000, None));
        assert!(machine.look(50, 100_000, None));
    }

    #[test]
    fn a_load_that_ends_ends_it() {
        let mut machine = Machine::new(Duration::from_secs(10));
        assert!(machine.look(50, 100_000, None));
        let mut answers = |count: usize| {
            machine.giving.note(count);
            machine.now += LOOK;
            machine.giving.gives(machine.now, Some(1), false)
        };
        assert!((0..4).all(|_| answers(49)));
        assert!(answers(50), "as many as is many");
        assert!((0..4).all(|_| answers(49)));
        assert!(!answers(49));
    }

    #[test]
    fn it_lasts_no_longer_than_it_may_and_takes_no_more_room() {
        let mut machine = Machine::new(Duration::from_secs(1));
        assert!((0..10).all(|_| machine.look(50, 100_000, Some(OCTETS - 1))));
        assert!(!machine.look(50, 100_000, Some(OCTETS - 1)));
        let mut machine = Machine::new(Duration::from_secs(10));
        assert!(machine.look(50, 100_000, Some(OCTETS)), "what waited before is not its own");
        assert!(!machine.look(50, 100_000, Some(OCTETS)));
        let mut machine = Machine::new(Duration::ZERO);
        assert!((0..10).all(|_| !machine.look(50, 100_000, None)));
    }

    #[test]
    fn nobody_is_kept_waiting_for_what_he_waits_for() {
        let mut machine = Machine::new(Duration::from_secs(10));
        assert!(machine.look(50, 100_000, None));
        assert!(!machine.giving.gives(machine.now, Some(1), true), "between two looks");
        assert!(!machine.look(50, 100_000, None));
        machine.giving.note(10_000);
        machine.now += WINDOW;
        assert!(!machine.giving.gives(machine.now, None, true));
    }
}
