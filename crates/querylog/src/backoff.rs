//! Waits between attempts: doubling, bounded, and spread so that sites do not come back in step.

use std::time::Duration;

use rand::Rng;

pub(crate) struct Backoff {
    first: Duration,
    last: Duration,
    next: Duration,
}

impl Backoff {
    pub(crate) fn new(first: Duration, last: Duration) -> Self {
        Backoff { first, last, next: first }
    }

    /// The wait before the next attempt: between half of the present step and the whole.
    pub(crate) fn wait(&mut self) -> Duration {
        let step = self.next.min(self.last);
        self.next = step.saturating_mul(2);
        step.mul_f64(rand::rng().random_range(0.5..=1.0))
    }

    /// Storage is back: begin at the first step again.
    pub(crate) fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_last_and_start_again() {
        let millis = Duration::from_millis;
        let mut backoff = Backoff::new(millis(200), millis(1000));
        for step in [200, 400, 800, 1000, 1000].map(millis) {
            let wait = backoff.wait();
            assert!(step / 2 <= wait && wait <= step, "{wait:?} of {step:?}");
        }
        backoff.reset();
        assert!(backoff.wait() <= millis(200));
    }
}
