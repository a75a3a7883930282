//! The order in which an exact weighted round robin names its members.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use model::shares;

/// One period of a low-discrepancy schedule: member `i` comes up `weight_i / gcd` times, and after any number of
/// answers its count is less than one away from its ideal share.
///
/// R. Tijdeman, "The chairman assignment problem", Discrete Mathematics 32 (1980): among those whose next turn has
/// been released, the one with the earliest deadline is named. For k members the deviation stays within
/// 1 - 1/(2k - 2). Both release and deadline of a member's n-th turn are known beforehand, which makes the
/// construction a merge of two heaps, O(W log k) for a period of W.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    turns: Box<[u16]>,
}

impl Schedule {
    /// The schedule of these weights; equal turns when all are 0. At most 65,535 members.
    pub fn new(weights: &[u16]) -> Schedule {
        let weights: Vec<u64> = weights.iter().take(usize::from(u16::MAX)).map(|w| u64::from(*w)).collect();
        let divisor = shares::divisor(&weights);
        let weights: Vec<u64> =
            if divisor == 0 { vec![1; weights.len()] } else { weights.iter().map(|w| w / divisor).collect() };
        Schedule { turns: turns(&weights).into() }
    }

    /// Length of the period, answers; 0 without members.
    pub fn period(&self) -> u64 {
        self.turns.len() as u64
    }

    /// The member whose turn it is; any turn, counted from 0. None without members.
    pub fn pick(&self, turn: u64) -> Option<usize> {
        let place = turn.checked_rem(self.period())?;
        self.turns.get(place as usize).map(|member| usize::from(*member))
    }

    /// A member drawn with the chance its weight gives it, from 64 random bits. None without members.
    pub fn draw(&self, random: u64) -> Option<usize> {
        // The high half of the product maps the bits to 0..period; the bias is below period / 2^64.
        let place = (u128::from(random) * u128::from(self.period())) >> 64;
        self.turns.get(place as usize).map(|member| usize::from(*member))
    }
}

fn turns(weights: &[u64]) -> Vec<u16> {
    let members = weights.iter().filter(|w| **w > 0).count() as u128;
    let period: u64 = weights.iter().sum();
    if members <= 1 {
        let only = weights.iter().position(|w| *w > 0).unwrap_or(0) as u16;
        return vec![only; period as usize];
    }
    // With d = 2k - 2 and n turns had, member i is released at the first t with t*w_i - n*W >= W/d, and its deadline,
    // up to a term common to all, is (W*(d - 1) + n*W*d) / w_i. Both stay far below 2^127.
    let (total, spread) = (u128::from(period), 2 * members - 2);
    let release = |weight: u128, had: u128| (total + had * total * spread).div_ceil(spread * weight);
    let deadline = |weight: u128, had: u128| Ratio(total * (spread - 1) + had * total * spread, weight);

    let mut waiting = BinaryHeap::new();
    let mut ready = BinaryHeap::new();
    for (member, weight) in weights.iter().enumerate().filter(|(_, w)| **w > 0) {
        waiting.push(Reverse((release(u128::from(*weight), 0), member, 0u128)));
    }
    let mut turns = Vec::with_capacity(period as usize);
    for time in 1..=total {
        while let Some(&Reverse((released, member, had))) = waiting.peek()
            && (released <= time || ready.is_empty())
        {
            waiting.pop();
            ready.push(Reverse((deadline(u128::from(weights[member]), had), member, had)));
        }
        if let Some(Reverse((_, member, had))) = ready.pop() {
            turns.push(member as u16);
            waiting.push(Reverse((release(u128::from(weights[member]), had + 1), member, had + 1)));
        }
    }
    turns
}

/// A fraction that compares exactly.
#[derive(Clone, Copy, Debug)]
struct Ratio(u128, u128);

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0 * other.1).cmp(&(other.0 * self.1))
    }
}
impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Ratio {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Ratio {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_lab_and_its_canary() {
        let counts = |weights: &[u16], answers: u64| {
            let schedule = Schedule::new(weights);
            let mut counts = vec![0u64; weights.len()];
            (0..answers).for_each(|turn| counts[schedule.pick(turn).unwrap()] += 1);
            counts
        };
        assert_eq!(counts(&[6, 3, 1], 5000), [3000, 1500, 500]);
        assert_eq!(counts(&[20, 20, 1], 4100), [2000, 2000, 100]);
        assert_eq!(counts(&[0, 0], 10), [5, 5]);
        assert_eq!(counts(&[0, 7], 10), [0, 10]);
        assert_eq!(Schedule::new(&[60, 30, 10]).period(), 10);
    }

    proptest! {
        #[test]
        fn every_count_stays_within_one_of_its_share_at_every_moment(
            weights in prop::collection::vec(0u16..=60, 1..12).prop_filter("some weight", |w| w.iter().any(|w| *w > 0))
        ) {
            let schedule = Schedule::new(&weights);
            let weights: Vec<u64> = weights.iter().map(|w| u64::from(*w)).collect();
            let total: u64 = weights.iter().sum();
            let mut counts = vec![0u64; weights.len()];
            for turn in 0..schedule.period() {
                counts[schedule.pick(turn).unwrap()] += 1;
                for (count, weight) in counts.iter().zip(&weights) {
                    // |count - (turn + 1) * weight / total| < 1, in whole numbers.
                    prop_assert!((count * total).abs_diff((turn + 1) * weight) < total);
                }
            }
            let divisor = shares::divisor(&weights);
            let reduced: Vec<u64> = weights.iter().map(|w| w / divisor).collect();
            prop_assert_eq!(counts, reduced);
        }

        #[test]
        fn any_window_of_a_period_is_exact(
            weights in prop::collection::vec(1u16..=40, 1..8), start in 0u64..10_000
        ) {
            let schedule = Schedule::new(&weights);
            let weights: Vec<u64> = weights.iter().map(|w| u64::from(*w)).collect();
            let divisor = shares::divisor(&weights);
            let mut counts = vec![0u64; weights.len()];
            (start..start + schedule.period()).for_each(|turn| counts[schedule.pick(turn).unwrap()] += 1);
            let reduced: Vec<u64> = weights.iter().map(|w| w / divisor).collect();
            prop_assert_eq!(counts, reduced);
        }
    }
}
