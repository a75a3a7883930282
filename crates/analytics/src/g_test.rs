//! G, the measure of how far draws are from their shares (Sokal & Rohlf, Biometry, chapter 17).
//!
//! It is shown, and does not decide: its tail holds for one look at a fixed count, see [`crate::sequential`].

use crate::judge::Counts;

/// The least count a member must be expected to have before agreement means anything (Cochran's rule for G).
const LEAST_EXPECTED: u64 = 5;

/// G and its degrees of freedom: members of positive weight, less one.
pub(crate) struct Test {
    pub(crate) g: f64,
    pub(crate) df: u32,
}

/// Compares the answers of the members of positive weight with their shares.
pub(crate) fn test(counts: &Counts) -> Test {
    let total: f64 = counts.observed.iter().map(|&observed| observed as f64).sum();
    let mut g = 0.0;
    let mut members = 0u32;
    for (&observed, &weight) in counts.observed.iter().zip(&counts.weights) {
        if weight == 0 {
            continue;
        }
        members += 1;
        if observed > 0 {
            let expected = total * weight as f64 / counts.weight_sum as f64;
            g += 2.0 * observed as f64 * libm::log(observed as f64 / expected);
        }
    }
    // Rounding may leave a perfect agreement a hair below zero.
    let g = f64::max(g, 0.0);
    let df = members.saturating_sub(1);
    Test { g, df }
}

/// Answers needed for every member to be expected at least five times; one when there is nothing to choose between.
pub(crate) fn needed(counts: &Counts) -> u64 {
    let mut positive = counts.weights.iter().copied().filter(|&w| w > 0);
    match (positive.clone().min(), positive.nth(1)) {
        (Some(least), Some(_)) => (LEAST_EXPECTED * counts.weight_sum).div_ceil(least),
        _ => 1,
    }
}
