//! What weights mean as shares, the same in the form's preview, the plan and the verdict.

/// Greatest common divisor of the weights; 0 when all are 0.
pub fn divisor(weights: &[u64]) -> u64 {
    fn gcd(a: u64, b: u64) -> u64 {
        if b == 0 { a } else { gcd(b, a % b) }
    }
    weights.iter().fold(0, |a, &b| gcd(a, b))
}

/// The number of answers after which an exact schedule repeats: the sum of the weights over their divisor.
pub fn period(weights: &[u64]) -> u64 {
    match divisor(weights) {
        0 => 0,
        divisor => weights.iter().sum::<u64>() / divisor,
    }
}

/// Each weight's share of the whole, 0 to 1; equal shares when every weight is 0, as the responder then serves.
pub fn shares(weights: &[u64]) -> Vec<f64> {
    let sum: u64 = weights.iter().sum();
    if sum == 0 {
        return vec![1.0 / weights.len().max(1) as f64; weights.len()];
    }
    weights.iter().map(|&w| w as f64 / sum as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lab_weights() {
        assert_eq!(period(&[6, 3, 1]), 10);
        assert_eq!(period(&[20, 20, 1]), 41);
        assert_eq!(period(&[60, 30, 10]), 10);
        assert_eq!(shares(&[6, 3, 1]), [0.6, 0.3, 0.1]);
        assert_eq!(shares(&[0, 0]), [0.5, 0.5]);
        assert_eq!(period(&[]), 0);
    }
}
