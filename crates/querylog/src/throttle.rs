//! The throttles: a limit of rows per second for each service and one for the site, for each class of rows.
//!
//! Under a limit nothing is kept because it came first: each second's rows are a fair sample of all answers of that
//! second (reservoir sampling, Vitter 1985, algorithm R), and a kept row says how many answers it stands for. Names
//! that are no service are limited by their zone, as if it were one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use model::config::{Logging, Throttle as Limits};
use model::row::{Class, Outcome};
use rand::rngs::StdRng;
use rand::seq::{SliceRandom, index};
use rand::{Rng, SeedableRng};

const SECOND_US: i64 = 1_000_000;
/// How long after its end a second stays open for events whose worker was interrupted before it could report them.
/// One that comes still later opens its second again and is sampled with what comes with it.
const GRACE_US: i64 = 100_000;

/// Answers that share one limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Group {
    pub(crate) class: Class,
    pub(crate) service: Option<Arc<str>>,
    /// Of names that are no service.
    pub(crate) zone: Option<Arc<str>>,
}

/// Answers that became no row.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Dropped {
    /// Start of their second, microseconds since 1970 UTC.
    pub(crate) at: i64,
    pub(crate) group: Group,
    pub(crate) outcome: Outcome,
    pub(crate) count: u64,
}

/// What a closed second leaves: rows with the number of answers each stands for, and the answers without a row.
#[derive(Debug)]
pub(crate) struct Closed<T> {
    pub(crate) kept: Vec<(T, u32)>,
    pub(crate) dropped: Vec<Dropped>,
}

impl<T> Default for Closed<T> {
    fn default() -> Self {
        Closed { kept: Vec::new(), dropped: Vec::new() }
    }
}

struct Reservoir<T> {
    seen: u64,
    kept: Vec<T>,
}

/// Throttles rows of whatever form.
pub(crate) struct Throttle<T> {
    service: Limits,
    site: Limits,
    rng: StdRng,
    open: BTreeMap<i64, HashMap<Group, Reservoir<T>>>,
}

impl<T> Throttle<T> {
    pub(crate) fn new(logging: &Logging, seed: Option<u64>) -> Self {
        Throttle {
            service: logging.service_throttle,
            site: logging.site_throttle,
            rng: seed.map_or_else(StdRng::from_os_rng, StdRng::seed_from_u64),
            open: BTreeMap::new(),
        }
    }

    /// New limits; what is open is closed under the old ones.
    pub(crate) fn set(&mut self, logging: &Logging) -> Closed<T> {
        let closed = self.close_all();
        (self.service, self.site) = (logging.service_throttle, logging.site_throttle);
        closed
    }

    /// Whether rows of a class are limited at all.
    pub(crate) fn limits(&self, class: Class) -> bool {
        of_class(&self.service, class) != 0 || of_class(&self.site, class) != 0
    }

    /// Takes an answer given at `at`, in a class that is limited; `make` is called only if it may be kept.
    pub(crate) fn offer(&mut self, at: i64, group: Group, make: impl FnOnce() -> T) {
        let limits = [of_class(&self.service, group.class), of_class(&self.site, group.class)];
        // No group can keep more than the site's limit, whatever its own: this bounds the memory of a second.
        let capacity = limits.into_iter().filter(|limit| *limit != 0).min().unwrap_or(u64::MAX);
        let second = self.open.entry(at.div_euclid(SECOND_US)).or_default();
        let reservoir = second.entry(group).or_insert_with(|| Reservoir { seen: 0, kept: Vec::new() });
        reservoir.seen += 1;
        if (reservoir.kept.len() as u64) < capacity {
            reservoir.kept.push(make());
            return;
        }
        let place = self.rng.random_range(0..reservoir.seen) as usize;
        if let Some(place) = reservoir.kept.get_mut(place) {
            *place = make();
        }
    }

    /// Closes the seconds that are over: everything that happened before `now` has been offered, but for what waits, the
    /// `oldest` of which is of that moment.
    pub(crate) fn close(&mut self, now: i64, oldest: Option<i64>) -> Closed<T> {
        let mut closed = Closed::default();
        let offered = oldest.map_or(now, |oldest| oldest.min(now));
        let over = |second: i64| (second + 1) * SECOND_US + GRACE_US <= offered;
        // A second of the future is one from before the clock was set back; it would stay open for as long.
        let future = |second: i64| second > now.div_euclid(SECOND_US) + 1;
        let seconds: Vec<i64> = self.open.keys().copied().filter(|s| over(*s) || future(*s)).collect();
        for second in seconds {
            self.close_second(second, &mut closed);
        }
        closed
    }

    /// Closes all that is open.
    pub(crate) fn close_all(&mut self) -> Closed<T> {
        let mut closed = Closed::default();
        while let Some(second) = self.open.keys().next().copied() {
            self.close_second(second, &mut closed);
        }
        closed
    }

    fn close_second(&mut self, second: i64, closed: &mut Closed<T>) {
        let mut by_class: [Vec<(Group, Reservoir<T>)>; 3] = Default::default();
        for (group, reservoir) in self.open.remove(&second).unwrap_or_default() {
            by_class[group.class as usize].push((group, reservoir));
        }
        for (class, groups) in Class::ALL.into_iter().zip(by_class) {
            let service = of_class(&self.service, class);
            let under_service = |seen: u64| if service == 0 { seen } else { seen.min(service) };
            let passed: Vec<u64> = groups.iter().map(|(_, r)| under_service(r.seen)).collect();
            let kept = self.share(&passed, of_class(&self.site, class));
            for (((group, reservoir), passed), kept) in groups.into_iter().zip(passed).zip(kept) {
                let seen = reservoir.seen;
                closed.kept.extend(self.thin(reservoir, kept as usize));
                let causes =
                    [(Outcome::ServiceThrottle, seen - passed), (Outcome::SiteThrottle, passed - kept)];
                for (outcome, count) in causes.into_iter().filter(|(_, count)| *count > 0) {
                    let at = second * SECOND_US;
                    closed.dropped.push(Dropped { at, group: group.clone(), outcome, count });
                }
            }
        }
    }

    /// How many of each group's `passed` rows the site keeps: those a draw without replacement from all of them hits.
    fn share(&mut self, passed: &[u64], limit: u64) -> Vec<u64> {
        let total: u64 = passed.iter().sum();
        if limit == 0 || total <= limit {
            return passed.to_vec();
        }
        let ends: Vec<u64> = passed
            .iter()
            .scan(0, |sum, count| {
                *sum += count;
                Some(*sum)
            })
            .collect();
        let mut kept = vec![0; passed.len()];
        for drawn in index::sample(&mut self.rng, total as usize, limit as usize) {
            kept[ends.partition_point(|end| *end <= drawn as u64)] += 1;
        }
        kept
    }

    /// `count` of the reservoir's rows, which together stand for every answer it has seen.
    fn thin(&mut self, mut reservoir: Reservoir<T>, count: usize) -> Vec<(T, u32)> {
        let (seen, rows) = (reservoir.seen, &mut reservoir.kept);
        if count == 0 {
            return Vec::new();
        }
        if seen != count as u64 {
            rows.shuffle(&mut self.rng);
            rows.truncate(count);
        }
        let (each, rest) = (seen / count as u64, (seen % count as u64) as usize);
        let stands_for = |place: usize| (each + u64::from(place < rest)) as u32;
        reservoir.kept.into_iter().enumerate().map(|(place, row)| (row, stands_for(place))).collect()
    }
}

fn of_class(limits: &Limits, class: Class) -> u64 {
    u64::from(match class {
        Class::Significant => limits.significant,
        Class::Filtered => limits.filtered,
        Class::NonSignificant => limits.non_significant,
    })
}

#[cfg(test)]
mod tests;
