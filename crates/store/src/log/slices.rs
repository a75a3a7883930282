//! A window cut into slices that are searched one after the other, longer ones while they are quick. A slice never
//! crosses midnight UTC, so that each is of one partition.

use std::time::Duration;

/// The first slice, microseconds. At a hundred thousand rows a second it is searched within a tenth of one.
const FIRST_US: i64 = 1_000_000;
const DAY_US: i64 = 86_400_000_000;
/// How much longer a slice may be than the one before.
const GROWTH: f64 = 8.0;

/// The slices of a window, each [from, to).
#[derive(Clone, Debug)]
pub struct Slices {
    from: i64,
    to: i64,
    backwards: bool,
    length: i64,
    given: u32,
    /// Stretches that are passed over, in time, none touching the next.
    left_out: Vec<(i64, i64)>,
}

impl Slices {
    /// From the end of the window to its start.
    pub fn backwards(from: i64, to: i64) -> Slices {
        Slices { from, to, backwards: true, length: FIRST_US, given: 0, left_out: Vec::new() }
    }

    /// From the start of the window to its end.
    pub fn forwards(from: i64, to: i64) -> Slices {
        Slices { from, to, backwards: false, length: FIRST_US, given: 0, left_out: Vec::new() }
    }

    /// How many were given.
    pub fn given(&self) -> u32 {
        self.given
    }

    /// What is still to come, [from, to).
    pub fn rest(&self) -> (i64, i64) {
        (self.from, self.to)
    }

    /// Passes over these stretches, which are in time and do not touch each other.
    pub fn leave_out(&mut self, stretches: Vec<(i64, i64)>) {
        self.left_out = stretches;
    }

    /// Says how long the slice given last took, and how much time is left: the next one should take no more than half
    /// of that.
    pub fn took(&mut self, took: Duration, left: Duration) {
        let factor = left.as_secs_f64() / 2.0 / took.as_secs_f64().max(1e-6);
        let length = self.length as f64 * factor.clamp(1.0 / GROWTH, GROWTH);
        self.length = length.clamp(FIRST_US as f64, DAY_US as f64) as i64;
    }
}

impl Iterator for Slices {
    type Item = (i64, i64);

    fn next(&mut self) -> Option<(i64, i64)> {
        // What is passed over at this end, and the stretch that comes next.
        let next = if self.backwards {
            let at = self.left_out.partition_point(|stretch| stretch.0 < self.to);
            let lower = &self.left_out[..at];
            match lower.split_last() {
                Some(((start, end), rest)) if self.to <= *end => {
                    self.to = *start;
                    rest.last()
                }
                _ => lower.last(),
            }
        } else {
            let at = self.left_out.partition_point(|stretch| stretch.1 <= self.from);
            let upper = &self.left_out[at..];
            match upper.split_first() {
                Some(((start, end), rest)) if *start <= self.from => {
                    self.from = *end;
                    rest.first()
                }
                _ => upper.first(),
            }
        };
        if self.from >= self.to {
            return None;
        }
        self.given = self.given.saturating_add(1);
        if self.backwards {
            let midnight = (self.to - 1).div_euclid(DAY_US) * DAY_US;
            let start = (self.to - self.length).max(midnight).max(self.from);
            let start = next.map_or(start, |(_, end)| start.max(*end));
            let slice = (start, self.to);
            self.to = start;
            Some(slice)
        } else {
            let midnight = (self.from.div_euclid(DAY_US) + 1) * DAY_US;
            let end = (self.from + self.length).min(midnight).min(self.to);
            let end = next.map_or(end, |(start, _)| end.min(*start));
            let slice = (self.from, end);
            self.from = end;
            Some(slice)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_cover_the_window_once_and_cross_no_midnight() {
        let (from, to) = (3 * DAY_US - 7, 9 * DAY_US + 11);
        for backwards in [true, false] {
            let mut slices = if backwards { Slices::backwards(from, to) } else { Slices::forwards(from, to) };
            let mut all = Vec::new();
            while let Some(slice) = slices.next() {
                all.push(slice);
                slices.took(Duration::from_millis(1), Duration::from_secs(1));
            }
            if backwards {
                all.reverse();
            }
            assert_eq!((all[0].0, all[all.len() - 1].1), (from, to));
            assert!(all.windows(2).all(|pair| pair[0].1 == pair[1].0));
            assert!(all.iter().all(|(a, b)| a < b && a.div_euclid(DAY_US) == (b - 1).div_euclid(DAY_US)));
            assert!(all.len() < 30, "{}", all.len());
        }
    }

    #[test]
    fn what_is_left_out_is_in_no_slice_and_all_else_in_one() {
        let out = vec![(0, 10), (20, 50_000_000), (60_000_000, 70_000_000), (90_000_000, 200_000_000)];
        let kept = [(10, 20), (50_000_000, 60_000_000), (70_000_000, 90_000_000)];
        for backwards in [true, false] {
            let (from, to) = (5, 150_000_000);
            let mut slices = if backwards { Slices::backwards(from, to) } else { Slices::forwards(from, to) };
            slices.leave_out(out.clone());
            let mut all = Vec::new();
            while let Some(slice) = slices.next() {
                all.push(slice);
                slices.took(Duration::from_millis(1), Duration::from_secs(1));
            }
            all.sort_unstable();
            assert!(all.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{all:?}");
            assert_eq!(crate::log::periods::merged(all), kept, "{backwards}");
        }
    }

    #[test]
    fn slices_shrink_when_time_runs_out() {
        let mut slices = Slices::backwards(0, DAY_US);
        let lengths: Vec<i64> = [(1, 1000), (100, 900), (400, 500), (400, 100)]
            .map(|(took, left)| {
                let (from, to) = slices.next().unwrap();
                slices.took(Duration::from_millis(took), Duration::from_millis(left));
                to - from
            })
            .to_vec();
        assert_eq!(lengths, [1_000_000, 8_000_000, 36_000_000, 22_500_000]);
    }
}
