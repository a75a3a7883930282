//! The Wilson score interval of a share (Wilson 1927): sound for small counts and shares near 0 and 1.

/// Quantile of the standard normal distribution that leaves 2.5 % on either side.
const Z: f64 = 1.959_963_984_540_054;

/// Lower and upper end of the 95 % interval of the share that `hits` of `total` estimates; 0 and 1 without data.
pub fn interval(hits: u64, total: u64) -> (f64, f64) {
    if total == 0 {
        return (0.0, 1.0);
    }
    let n = total as f64;
    let share = hits.min(total) as f64 / n;
    let spread = Z * libm::sqrt(share * (1.0 - share) / n + Z * Z / (4.0 * n * n));
    let middle = share + Z * Z / (2.0 * n);
    let scale = 1.0 + Z * Z / n;
    // At the very ends the two terms are equal in theory; rounding must not put the share outside its interval.
    let low = if hits == 0 { 0.0 } else { ((middle - spread) / scale).clamp(0.0, share) };
    let high = if hits >= total { 1.0 } else { ((middle + spread) / scale).clamp(share, 1.0) };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_intervals() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (hits, total, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let (l, h) = interval(hits, total);
            assert!((l - low).abs() < 5e-5 && (h - high).abs() < 5e-5, "{hits} of {total}: {l} to {h}");
        }
        assert_eq!(interval(0, 0), (0.0, 1.0));
    }

    proptest! {
        #[test]
        fn the_share_lies_in_its_interval(hits in 0u64..1_000_000, more in 1u64..1_000_000) {
            let total = hits + more;
            let (low, high) = interval(hits, total);
            let share = hits as f64 / total as f64;
            prop_assert!((0.0..=share).contains(&low) && (share..=1.0).contains(&high));
        }
    }
}
