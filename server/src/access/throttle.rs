//! Back-off of sign-in attempts, per user and per address: guessing slows down, a typing error does not hurt.

use std::collections::HashMap;
use std::sync::Mutex;

/// Attempts that cost nothing.
const FREE: u32 = 5;
/// Longest wait, microseconds.
const LONGEST_US: i64 = 15 * 60 * 1_000_000;
/// Keys remembered; beyond, those whose wait is over are forgotten, then the oldest.
const KEPT: usize = 10_000;

/// Counts failures by key.
#[derive(Debug, Default)]
pub struct Throttle {
    failures: Mutex<HashMap<String, Failures>>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: i64,
}

impl Failures {
    /// One second after the free ones, doubled with each more.
    fn free_at(self) -> i64 {
        match self.count.checked_sub(FREE) {
            None => 0,
            Some(over) => self.last + (1_000_000i64 << over.min(20)).min(LONGEST_US),
        }
    }
}

impl Throttle {
    /// Seconds to wait before any of `keys` may try again; none when it may now.
    pub fn wait(&self, keys: &[&str], now: i64) -> Option<u64> {
        let failures = self.failures.lock().unwrap_or_else(|e| e.into_inner());
        let until = keys.iter().filter_map(|k| failures.get(*k)).map(|f| f.free_at()).max()?;
        (until > now).then(|| ((until - now) as u64).div_ceil(1_000_000))
    }

    /// Notes a failed attempt.
    pub fn failed(&self, keys: &[&str], now: i64) {
        let mut failures = self.failures.lock().unwrap_or_else(|e| e.into_inner());
        for key in keys {
            let entry = failures.entry((*key).to_owned()).or_insert(Failures { count: 0, last: now });
            entry.count += 1;
            entry.last = now;
        }
        if failures.len() > KEPT {
            failures.retain(|_, f| f.free_at() > now);
        }
        if failures.len() > KEPT
            && let Some(oldest) = failures.iter().min_by_key(|(_, f)| f.last).map(|(k, _)| k.clone())
        {
            failures.remove(&oldest);
        }
    }

    /// Forgets the failures of `keys` after a success.
    pub fn succeeded(&self, keys: &[&str]) {
        let mut failures = self.failures.lock().unwrap_or_else(|e| e.into_inner());
        for key in keys {
            failures.remove(*key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_after_the_free_attempts_and_ends_with_a_success() {
        let throttle = Throttle::default();
        for _ in 0..FREE {
            assert_eq!(throttle.wait(&["a"], 1_000), None);
            throttle.failed(&["a"], 1_000);
        }
        assert_eq!(throttle.wait(&["a", "other"], 1_000), Some(1));
        throttle.failed(&["a"], 1_000);
        assert_eq!(throttle.wait(&["a"], 1_000), Some(2));
        assert_eq!(throttle.wait(&["a"], 3_000_000), None);
        assert_eq!(throttle.wait(&["other"], 1_000), None);
        throttle.succeeded(&["a"]);
        assert_eq!(throttle.wait(&["a"], 1_000), None);
    }
}
