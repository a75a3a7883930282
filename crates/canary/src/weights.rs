//! The smallest whole weights whose share is nearest to one that is wanted.

use model::shares::{divisor, period};

/// Largest weight there is.
const MOST: u64 = 1000;

/// Factors of the two parts of a pool, and what comes of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Factors {
    /// What the others' reduced weights are multiplied by.
    pub others: u64,
    /// What the canary's reduced weights are multiplied by.
    pub canary: u64,
}

/// Weights of one part in their lowest terms; equal ones where all are 0.
pub fn reduced(weights: &[u64]) -> Vec<u64> {
    match divisor(weights) {
        0 => vec![1; weights.len()],
        divisor => weights.iter().map(|weight| weight / divisor).collect(),
    }
}

/// The factors by which `canary` comes nearest to `share` (above 0, below 1) of the whole; of several that are as near,
/// those of the shortest schedule. Both parts are in their lowest terms and have a positive weight; `largest` is the
/// largest weight that the factor of the others multiplies.
pub fn nearest(canary: &[u64], others: &[u64], largest: u64, share: f64) -> Factors {
    let sum = |weights: &[u64]| weights.iter().sum::<u64>().max(1);
    let most = |largest: u64| (MOST / largest.max(1)).max(1);
    let most_canary = most(canary.iter().copied().max().unwrap_or(1));
    let (of_canary, of_others) = (sum(canary), sum(others));
    let mut best: Option<(f64, u64, Factors)> = None;
    for k in 1..=most(largest) {
        let exact = share * (k * of_others) as f64 / ((1.0 - share) * of_canary as f64);
        for j in [exact.floor(), exact.ceil()].map(|j| (j as u64).clamp(1, most_canary)) {
            let got = (j * of_canary) as f64 / (j * of_canary + k * of_others) as f64;
            let error = (got - share).abs();
            let all: Vec<u64> = canary.iter().map(|w| w * j).chain(others.iter().map(|w| w * k)).collect();
            let turns = period(&all);
            let better = best.is_none_or(|(least, shortest, _)| {
                // What differs by rounding alone is as near.
                error < least - 1e-12 || (error <= least + 1e-12 && turns < shortest)
            });
            if better {
                best = Some((error, turns, Factors { others: k, canary: j }));
            }
        }
    }
    best.map_or(Factors { others: 1, canary: 1 }, |(.., factors)| factors)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_lab_s_steps() {
        // Two others by 2 : 1, one canary.
        for (share, others, canary) in
            [(0.01, 33, 1), (0.05, 19, 3), (0.2, 4, 3), (0.5, 1, 3), (0.001, 333, 1)]
        {
            assert_eq!(nearest(&[1], &[2, 1], 2, share), Factors { others, canary }, "{share}");
        }
    }

    proptest! {
        #[test]
        fn no_other_weights_come_nearer_and_none_as_near_are_shorter(
            canary in prop::collection::vec(1u64..40, 1..3), others in prop::collection::vec(1u64..40, 1..4),
            share in 0.001f64..0.999,
        ) {
            let (canary, others) = (reduced(&canary), reduced(&others));
            let found = nearest(&canary, &others, *others.iter().max().unwrap(), share);
            let (c, o) = (canary.iter().sum::<u64>(), others.iter().sum::<u64>());
            let error = |j: u64, k: u64| ((j * c) as f64 / (j * c + k * o) as f64 - share).abs();
            let turns = |j: u64, k: u64| {
                period(&canary.iter().map(|w| w * j).chain(others.iter().map(|w| w * k)).collect::<Vec<_>>())
            };
            let own = (error(found.canary, found.others), turns(found.canary, found.others));
            let (most_c, most_o) = (MOST / canary.iter().max().unwrap(), MOST / others.iter().max().unwrap());
            prop_assert!(found.canary <= most_c && found.others <= most_o);
            // A sample of the others, coprime to its length.
            for n in (0..most_c * most_o).step_by(997) {
                let (j, k) = (n / most_o + 1, n % most_o + 1);
                let near = error(j, k);
                prop_assert!(near > own.0 - 1e-9);
                prop_assert!((near - own.0).abs() > 1e-15 || turns(j, k) >= own.1);
            }
        }
    }
}
