//! Judges a monitor's checks of one target: failures and successes in a row, with memory of those that come and go.
//!
//! ```text
//!             first success                failures in a row
//!  Unknown ───────────────────▶   Up   ◀──────────────────────▶  Down
//!     │                                  successes in a row        ▲
//!     └────────────────── failures in a row ───────────────────────┘
//! ```

use std::collections::VecDeque;
use std::time::Duration;

use model::config::Monitor;
use model::health::Health;

/// When a judgement changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Failures in a row that make a target down, at least 1.
    pub failures: u8,
    /// Successes in a row that make it up again, at least 1.
    pub successes: u8,
    /// Damping of what comes and goes.
    pub damping: Damping,
}

/// Damping with memory, as [`model::config::Flap`] has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damping {
    /// Changes within the window that are taken as they come.
    pub changes: u8,
    /// How far is looked back, microseconds.
    pub window_us: i64,
    /// Successes in a row that stand for the hold.
    pub hold: u32,
    /// The same for the whole window, which no hold exceeds.
    pub most: u32,
}

impl Thresholds {
    /// Those of a monitor. A time of passing checks is counted in checks: what matters is that none failed meanwhile.
    pub fn of(monitor: &Monitor) -> Self {
        let interval = monitor.interval.duration().max(Duration::from_millis(1));
        let checks = |time: Duration| {
            let intervals = time.as_micros().div_ceil(interval.as_micros());
            u32::try_from(intervals).unwrap_or(u32::MAX).saturating_add(1)
        };
        let flap = &monitor.flap;
        let damping = Damping {
            changes: flap.changes,
            window_us: flap.window.duration().as_micros() as i64,
            hold: checks(flap.hold.map_or(interval, |hold| hold.duration())),
            most: checks(flap.window.duration()),
        };
        Thresholds { failures: monitor.failures, successes: monitor.successes, damping }
    }
}

/// The checks of one target by one monitor, as far as they matter for the next judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracker {
    thresholds: Thresholds,
    health: Health,
    judged: bool,
    passing: bool,
    streak: u32,
    /// When it changed between up and down, within the window; the oldest first.
    changed: VecDeque<(i64, Health)>,
}

impl Tracker {
    /// A tracker that has seen nothing. Until its own checks suffice it says `inherited`, so that a monitor that was
    /// edited does not bring a member back that was down.
    pub fn new(thresholds: Thresholds, inherited: Health) -> Self {
        let changed = VecDeque::new();
        Tracker { thresholds, health: inherited, judged: false, passing: false, streak: 0, changed }
    }

    /// Takes the outcome of one check that ended at `now`, microseconds, and returns the judgement after it.
    pub fn observe(&mut self, passed: bool, now: i64) -> Health {
        self.streak =
            if self.streak > 0 && self.passing == passed { self.streak.saturating_add(1) } else { 1 };
        self.passing = passed;
        let needed = match (passed, self.judged) {
            // The first success is proof enough that a member works, and a start should not wait for more.
            (true, false) => 1,
            (true, true) if self.health == Health::Down => self.until_up(now),
            (true, true) => u32::from(self.thresholds.successes),
            (false, _) => u32::from(self.thresholds.failures),
        };
        if self.streak >= needed.max(1) {
            self.judged = true;
            self.turn(if passed { Health::Up } else { Health::Down }, now);
        }
        self.health
    }

    fn turn(&mut self, to: Health, now: i64) {
        if self.health == to {
            return;
        }
        // The first judgement is no change of the target's.
        if self.health != Health::Unknown {
            self.changed.push_back((now, to));
        }
        self.health = to;
    }

    /// Successes in a row that bring it up: more than usual for one that comes and goes, doubled with each fall.
    fn until_up(&mut self, now: i64) -> u32 {
        let Damping { changes, window_us, hold, most } = self.thresholds.damping;
        while self.changed.front().is_some_and(|(at, _)| now.saturating_sub(*at) > window_us) {
            self.changed.pop_front();
        }
        let usual = u32::from(self.thresholds.successes);
        // The fall it lies in counts however long ago it was; coming up is one more, and so is the fall that may follow.
        if self.changed.len().max(1) + 2 <= usize::from(changes) {
            return usual;
        }
        let falls = self.changed.iter().filter(|(_, to)| *to == Health::Down).count() as u32;
        let factor = 1u32.checked_shl(falls.saturating_sub(1)).unwrap_or(u32::MAX);
        usual.max((hold - 1).saturating_mul(factor).saturating_add(1).min(most))
    }

    /// Whether it would be up by its successes alone, and is kept down since it came and went.
    pub fn damped(&self) -> bool {
        self.health == Health::Down && self.passing && self.streak >= u32::from(self.thresholds.successes)
    }

    /// The judgement.
    pub fn health(&self) -> Health {
        self.health
    }

    /// Checks in a row with the outcome of the last; 0 before the first.
    pub fn streak(&self) -> u32 {
        self.streak
    }
}

/// What several monitors say of one member: down if any says down, up if all say up, else unknown.
pub fn combine(monitors: impl IntoIterator<Item = Health>) -> Health {
    let mut together = None;
    for health in monitors {
        match (health, together) {
            (Health::Down, _) => return Health::Down,
            (Health::Up, None) => together = Some(Health::Up),
            (Health::Up, Some(_)) => {}
            (Health::Unknown, _) => together = Some(Health::Unknown),
        }
    }
    together.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Never felt.
    const LIGHT: Damping = Damping { changes: 100, window_us: 0, hold: 1, most: 1 };
    const FOUR_TWO: Thresholds = Thresholds { failures: 4, successes: 2, damping: LIGHT };

    fn after(thresholds: Thresholds, checks: &[bool]) -> Health {
        let mut tracker = Tracker::new(thresholds, Health::Unknown);
        checks.iter().fold(Health::Unknown, |_, &passed| tracker.observe(passed, 0))
    }

    #[test]
    fn the_first_success_is_enough_and_later_ones_are_counted() {
        let (yes, no) = (true, false);
        for (checks, health) in [
            (vec![], Health::Unknown),
            (vec![yes], Health::Up),
            (vec![no, no, no], Health::Unknown),
            (vec![no, no, no, yes], Health::Up),
            (vec![no, no, no, no], Health::Down),
            (vec![no, no, no, no, yes], Health::Down),
            (vec![no, no, no, no, yes, yes], Health::Up),
            (vec![yes, no, no, no], Health::Up),
            (vec![yes, no, no, no, no], Health::Down),
            (vec![yes, no, no, no, yes, no, no, no], Health::Up),
        ] {
            assert_eq!(after(FOUR_TWO, &checks), health, "{checks:?}");
        }
    }

    #[test]
    fn an_inherited_judgement_holds_until_the_first_of_its_own() {
        let mut tracker = Tracker::new(FOUR_TWO, Health::Down);
        assert_eq!((tracker.health(), tracker.streak()), (Health::Down, 0));
        assert_eq!(tracker.observe(false, 0), Health::Down);
        assert_eq!(tracker.observe(true, 0), Health::Up);
        let mut tracker = Tracker::new(FOUR_TWO, Health::Up);
        assert!([false; 3].iter().all(|&check| tracker.observe(check, 0) == Health::Up));
        assert_eq!(tracker.observe(false, 0), Health::Down);
    }

    #[test]
    fn one_monitor_down_is_a_member_down_and_up_takes_all() {
        use Health::{Down, Unknown, Up};
        for (monitors, together) in [
            (vec![], Unknown),
            (vec![Up], Up),
            (vec![Up, Up], Up),
            (vec![Up, Unknown], Unknown),
            (vec![Unknown, Up], Unknown),
            (vec![Unknown, Down], Down),
            (vec![Up, Down, Up], Down),
        ] {
            assert_eq!(combine(monitors.clone()), together, "{monitors:?}");
        }
    }

    fn run_at_end(checks: &[bool], outcome: bool) -> usize {
        checks.iter().rev().take_while(|&&check| check == outcome).count()
    }

    fn monitor(more: serde_json::Value) -> Thresholds {
        let mut monitor = serde_json::json!({"name": "m", "type": "icmp", "failures": 1, "successes": 1});
        monitor.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Thresholds::of(&serde_json::from_value(monitor).unwrap())
    }

    /// Changes of a target that is checked every ten seconds, by the number of the check.
    fn changes(thresholds: Thresholds, checks: impl IntoIterator<Item = bool>) -> Vec<usize> {
        let mut tracker = Tracker::new(thresholds, Health::Unknown);
        let mut before = Health::Unknown;
        let mut changes = Vec::new();
        for (i, passed) in checks.into_iter().enumerate() {
            let now = tracker.observe(passed, i as i64 * 10_000_000);
            if now != before && before != Health::Unknown {
                changes.push(i);
            }
            before = now;
        }
        changes
    }

    #[test]
    fn what_comes_and_goes_is_kept_down_ever_longer() {
        let every = |n: usize| (0..200).map(move |i| i % n != n - 1);
        let hasty = monitor(serde_json::json!({}));
        assert_eq!(
            changes(hasty, every(2)),
            [1],
            "failing every other time, it goes down once and stays there"
        );
        // Down at 3; two checks bring it up, then three, then five, which never come while that is remembered.
        assert_eq!(changes(hasty, every(4).take(30)), [3, 5, 7, 10, 11]);
        let undamped = monitor(serde_json::json!({"flap": {"changes": 100}}));
        assert_eq!(changes(undamped, every(2).take(10)), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn an_outage_after_a_quiet_time_ends_as_usual() {
        let usual = monitor(serde_json::json!({"failures": 3, "successes": 3}));
        let outage = |i: usize| !(10..14).contains(&i) && !(100..104).contains(&i);
        assert_eq!(changes(usual, (0..120).map(outage)), [12, 16, 102, 106]);
        let held = monitor(serde_json::json!({"flap": {"hold": "1m"}}));
        assert_eq!(changes(held, (0..120).map(outage)), [10, 20, 100, 110], "seven checks make a minute");
    }

    proptest! {
        #[test]
        fn health_changes_only_at_the_end_of_a_long_enough_run(
            checks in prop::collection::vec(any::<bool>(), 0..60),
            failures in 1u8..6,
            successes in 1u8..6,
        ) {
            let mut tracker = Tracker::new(Thresholds { failures, successes, damping: LIGHT }, Health::Unknown);
            let mut before = Health::Unknown;
            for (i, &passed) in checks.iter().enumerate() {
                let now = tracker.observe(passed, 0);
                let run = run_at_end(&checks[..=i], passed);
                prop_assert_eq!(tracker.streak() as usize, run);
                let (fails, passes) = (!passed && run >= usize::from(failures), passed && run >= usize::from(successes));
                let expected = match before {
                    Health::Unknown if passed => Health::Up,
                    _ if fails => Health::Down,
                    _ if passes => Health::Up,
                    same => same,
                };
                prop_assert_eq!(now, expected);
                before = now;
            }
        }

        #[test]
        fn a_check_that_fails_every_other_time_never_changes_a_member(
            failures in 2u8..6, successes in 2u8..6, rounds in 1usize..50,
        ) {
            let mut tracker = Tracker::new(Thresholds { failures, successes, damping: LIGHT }, Health::Unknown);
            tracker.observe(true, 0);
            for _ in 0..rounds {
                prop_assert_eq!(tracker.observe(false, 0), Health::Up);
                prop_assert_eq!(tracker.observe(true, 0), Health::Up);
            }
        }

        #[test]
        fn the_order_of_monitors_does_not_matter(mut monitors in prop::collection::vec(0u8..3, 0..6)) {
            let say = |m: &[u8]| combine(m.iter().map(|&h| [Health::Up, Health::Down, Health::Unknown][h as usize]));
            let one = say(&monitors);
            monitors.sort_unstable();
            prop_assert_eq!(say(&monitors), one);
        }
    }
}
