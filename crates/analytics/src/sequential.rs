//! A test of independent draws that may be read at any time and as often as one likes.
//!
//! A G-test keeps its promise for a count fixed beforehand. A running canary is looked at again and again, and each
//! look is one more chance of a false alarm. Here the draws by the configured shares are instead compared with a
//! mixture of draws by all other shares: while the configured ones hold, that likelihood ratio is a martingale of
//! mean 1, and the chance that it ever reaches 1/p, at whatever look, is at most p (Ville 1939; Robbins, Statistical
//! methods related to the law of the iterated logarithm, Annals of Mathematical Statistics 41, 1970).
//!
//! The mixture is a Dirichlet distribution of shares. Its ratio needs the counts alone, as their order cancels out.

use crate::judge::Counts;

/// From here on [`remainder`] is its series, exact to 14 digits; below, it is what gamma leaves.
const SERIES_FROM: f64 = 100.0;

/// Half the logarithm of two pi.
const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;

/// The chance, at most, that draws by the weights ever come to counts that speak as much against them: above 0, to 1.
///
/// Members of weight 0 and strangers are left out: they are judged by themselves.
pub(crate) fn p_value(counts: &Counts) -> f64 {
    // The least positive number stands for all that are smaller: it is a bound still, and 0 would not be one.
    libm::exp(-log_ratio(counts)).clamp(f64::MIN_POSITIVE, 1.0)
}

/// How much is known beforehand, in answers: so many that the least likely member is due one of them.
///
/// The mixture has its centre at the configured shares and is as wide as this many answers would leave it. The least
/// share then varies about as much as it is large, from almost none to a few times itself, which is what a canary
/// with a wrong weight looks like. A narrower mixture is slow to see those, a wider one spends its weight on shares
/// that nobody configures by mistake; between half and twice of this the choice hardly matters (20:20:2 drawn for
/// 20:20:1 is caught within 1,000 answers in 37 to 43 runs of 100). Shares alone count: 60:30:10 is judged as 6:3:1.
fn concentration(counts: &Counts) -> Option<f64> {
    let least = counts.weights.iter().filter(|&&w| w > 0).min()?;
    Some(counts.weight_sum as f64 / *least as f64)
}

/// Logarithm of the likelihood of the counts under the mixture over that under the weights.
///
/// With shares p, prior counts a = c p and x = a + counts, that is the sum of ln gamma(x) - ln gamma(a) -
/// counts ln p over the members, less ln gamma(X) - ln gamma(c) for the sums. Written so, millions of answers would
/// leave the digits that matter to rounding. With Stirling's formula in the place of every gamma, the large terms
/// join in x ln(x / (X p)), as in G, and what is left is small.
fn log_ratio(counts: &Counts) -> f64 {
    let members = || counts.observed.iter().zip(&counts.weights).filter(|&(_, &weight)| weight > 0);
    // A lone member has all the answers by any weight.
    let Some(prior_sum) = concentration(counts).filter(|_| members().count() > 1) else { return 0.0 };
    let mut ratio = 0.0;
    let sum = prior_sum + members().map(|(&observed, _)| observed as f64).sum::<f64>();
    for (&observed, &weight) in members() {
        let share = weight as f64 / counts.weight_sum as f64;
        let prior = prior_sum * share;
        let after = prior + observed as f64;
        // The differences from what is due cancel over the members; taken off here, no term is below 0.
        let due = sum * share;
        ratio += after * libm::log(after / due) - (after - due);
        ratio += (libm::log(prior) - libm::log(after)) / 2.0 + remainder(after) - remainder(prior);
    }
    ratio + (libm::log(sum) - libm::log(prior_sum)) / 2.0 - remainder(sum) + remainder(prior_sum)
}

/// What Stirling's formula leaves of ln gamma(x), for x above 0 (NIST DLMF 5.11.1).
fn remainder(x: f64) -> f64 {
    if x < SERIES_FROM {
        return libm::lgamma(x) - ((x - 0.5) * libm::log(x) - x + HALF_LN_TAU);
    }
    1.0 / (12.0 * x) - 1.0 / (360.0 * x * x * x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counts(weights: &[u64], observed: &[u64]) -> Counts {
        Counts {
            weights: weights.to_vec(),
            weight_sum: weights.iter().sum(),
            observed: observed.to_vec(),
            strangers: 0,
            total: observed.iter().fold(0, |a: u64, &b| a.saturating_add(b)),
        }
    }

    /// The definition, one answer after another (Polya's urn): what the mixture expected of it over its share.
    fn by_the_urn(weights: &[u64], answers: &[usize]) -> f64 {
        let sum = weights.iter().sum::<u64>() as f64;
        let least = *weights.iter().filter(|&&w| w > 0).min().unwrap() as f64;
        let mut urn: Vec<f64> = weights.iter().map(|&w| w as f64 / least).collect();
        let mut log = 0.0;
        for &i in answers {
            let expected = urn[i] / urn.iter().sum::<f64>();
            log += libm::log(expected / (weights[i] as f64 / sum));
            urn[i] += 1.0;
        }
        log
    }

    #[test]
    fn known_ratios() {
        // Two equal members, the mixture uniform: 2^n / ((n + 1) * binomial(n, k)).
        for (observed, ratio) in
            [([0, 0], 1.0), ([1, 0], 1.0), ([2, 0], 4.0 / 3.0), ([5, 5], 1024.0 / 2772.0)]
        {
            let got = libm::exp(log_ratio(&counts(&[1, 1], &observed)));
            assert!((got - ratio).abs() < 1e-12, "{observed:?}: {got} instead of {ratio}");
        }
    }

    #[test]
    fn the_edges() {
        assert_eq!(p_value(&counts(&[], &[])), 1.0);
        assert_eq!(p_value(&counts(&[3], &[12])), 1.0);
        assert_eq!(p_value(&counts(&[3, 0], &[12, 4])), 1.0, "weight 0 is judged by itself");
        assert_eq!(p_value(&counts(&[1, 1], &[0, 1_000_000])), f64::MIN_POSITIVE, "a bound, not 0");
        let half = u64::MAX / 2;
        assert_eq!(
            p_value(&counts(&[1, 1], &[half, half])),
            1.0,
            "the largest counts leave no rounding behind"
        );
        assert_eq!(p_value(&counts(&[6, 3, 1], &[90, 31, 4])), p_value(&counts(&[60, 30, 10], &[90, 31, 4])));
    }

    proptest! {
        #[test]
        fn the_ratio_is_that_of_the_urn_in_any_order(
            weights in prop::collection::vec(1u64..60, 1..7), answers in prop::collection::vec(0usize..60, 0..400),
        ) {
            let answers: Vec<usize> = answers.iter().map(|i| i % weights.len()).collect();
            let mut observed = vec![0; weights.len()];
            answers.iter().for_each(|&i| observed[i] += 1);
            let expected = by_the_urn(&weights, &answers);
            let got = log_ratio(&counts(&weights, &observed));
            prop_assert!((got - expected).abs() < 1e-9 * expected.abs().max(1.0), "{got} instead of {expected}");
        }

        #[test]
        fn the_next_answer_changes_nothing_on_average(
            pairs in prop::collection::vec((1u64..60, 0u64..3000), 2..7),
        ) {
            let (weights, observed): (Vec<u64>, Vec<u64>) = pairs.into_iter().unzip();
            let sum = weights.iter().sum::<u64>() as f64;
            let now = log_ratio(&counts(&weights, &observed));
            let mean: f64 = (0..weights.len()).map(|i| {
                let mut next = observed.clone();
                next[i] += 1;
                weights[i] as f64 / sum * libm::exp(log_ratio(&counts(&weights, &next)) - now)
            }).sum();
            prop_assert!((mean - 1.0).abs() < 1e-8, "{mean}");
        }
    }
}
