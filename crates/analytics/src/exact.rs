//! The bound of an exact schedule, in whole numbers: no rounding stands between a count and its verdict.

use crate::judge::Counts;

/// How far, in answers, a member may stray in one run: the schedule keeps every prefix within 1 of its ideal share
/// (Tijdeman 1980), and a window cuts the schedule at both ends.
const BOUND_OF_A_RUN: u64 = 2;

/// The bound for `runs` starts of the schedule: what strays in one run may add up with the next.
pub(crate) fn bound(runs: u32) -> u64 {
    BOUND_OF_A_RUN * u64::from(runs.max(1))
}

/// Whether a member strays by `bound` answers or more.
pub(crate) fn exceeds(counts: &Counts, member: usize, bound: u64) -> bool {
    counts.scaled_deviation(member).unsigned_abs() >= u128::from(bound) * u128::from(counts.weight_sum)
}

/// The member that strays the most, the first of equals; none without members.
pub(crate) fn farthest(counts: &Counts) -> Option<usize> {
    // `max_by_key` takes the last of equals, hence the reversal.
    (0..counts.observed.len()).rev().max_by_key(|&i| counts.scaled_deviation(i).unsigned_abs())
}

/// Answers needed before agreement means anything: a whole period for each run.
pub(crate) fn needed(counts: &Counts, runs: u32) -> u64 {
    model::shares::period(&counts.weights).max(1).saturating_mul(u64::from(runs.max(1)))
}
