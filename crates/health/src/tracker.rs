//! Judges a monitor's checks of one target: failures and successes in a row, with memory against flapping.
//!
//! ```text
//!             first success                failures in a row
//!  Unknown ───────────────────▶   Up   ◀──────────────────────▶  Down
//!     │                                  successes in a row        ▲
//!     └────────────────── failures in a row ───────────────────────┘
//! ```

use model::health::Health;

/// Checks in a row that change a judgement, each at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Failures that make a target down.
    pub failures: u8,
    /// Successes that make it up again.
    pub successes: u8,
}

/// The checks of one target by one monitor, as far as they matter for the next judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracker {
    thresholds: Thresholds,
    health: Health,
    judged: bool,
    passing: bool,
    streak: u32,
}

impl Tracker {
    /// A tracker that has seen nothing. Until its own checks suffice it says `inherited`, so that a monitor that was
    /// edited does not bring a member back that was down.
    pub fn new(thresholds: Thresholds, inherited: Health) -> Self {
        Tracker { thresholds, health: inherited, judged: false, passing: false, streak: 0 }
    }

    /// Takes the outcome of one check and returns the judgement after it.
    pub fn observe(&mut self, passed: bool) -> Health {
        self.streak =
            if self.streak > 0 && self.passing == passed { self.streak.saturating_add(1) } else { 1 };
        self.passing = passed;
        let needed = match (passed, self.judged) {
            // The first success is proof enough that a member works, and a start should not wait for more.
            (true, false) => 1,
            (true, true) => self.thresholds.successes,
            (false, _) => self.thresholds.failures,
        };
        if self.streak >= u32::from(needed.max(1)) {
            self.judged = true;
            self.health = if passed { Health::Up } else { Health::Down };
        }
        self.health
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

    const FOUR_TWO: Thresholds = Thresholds { failures: 4, successes: 2 };

    fn after(thresholds: Thresholds, checks: &[bool]) -> Health {
        let mut tracker = Tracker::new(thresholds, Health::Unknown);
        checks.iter().fold(Health::Unknown, |_, &passed| tracker.observe(passed))
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
        assert_eq!(tracker.observe(false), Health::Down);
        assert_eq!(tracker.observe(true), Health::Up);
        let mut tracker = Tracker::new(FOUR_TWO, Health::Up);
        assert!([false; 3].iter().all(|&check| tracker.observe(check) == Health::Up));
        assert_eq!(tracker.observe(false), Health::Down);
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

    proptest! {
        #[test]
        fn health_changes_only_at_the_end_of_a_long_enough_run(
            checks in prop::collection::vec(any::<bool>(), 0..60),
            failures in 1u8..6,
            successes in 1u8..6,
        ) {
            let mut tracker = Tracker::new(Thresholds { failures, successes }, Health::Unknown);
            let mut before = Health::Unknown;
            for (i, &passed) in checks.iter().enumerate() {
                let now = tracker.observe(passed);
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
            let mut tracker = Tracker::new(Thresholds { failures, successes }, Health::Unknown);
            tracker.observe(true);
            for _ in 0..rounds {
                prop_assert_eq!(tracker.observe(false), Health::Up);
                prop_assert_eq!(tracker.observe(true), Health::Up);
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
