//! The upper tail of the chi-square distribution, by the regularised incomplete gamma function
//! (Abramowitz & Stegun 6.5.29 and 6.5.31, NIST DLMF 8.7.1 and 8.9.2).

/// More steps than either expansion needs for the degrees of freedom that occur; it ends loops, not precision.
const STEPS: u32 = 100_000;

/// The chance that a chi-square variable of `df` degrees of freedom is at least `x`: 0 to 1.
///
/// `df` 0 is the constant 0. A negative or undefined `x` counts as 0, whose tail is everything.
pub fn survival(x: f64, df: u32) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return 1.0;
    }
    if df == 0 || x.is_infinite() {
        return 0.0;
    }
    let (a, x) = (f64::from(df) / 2.0, x / 2.0);
    let tail = if x < a + 1.0 { 1.0 - lower_by_series(a, x) } else { upper_by_fraction(a, x) };
    tail.clamp(0.0, 1.0)
}

/// The factor both expansions share: x^a e^-x / gamma(a).
fn density(a: f64, x: f64) -> f64 {
    libm::exp(a * libm::log(x) - x - libm::lgamma(a))
}

/// P(a, x) by its power series, which converges fast below the mean.
fn lower_by_series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    for n in 1..STEPS {
        term *= x / (a + f64::from(n));
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    sum * density(a, x)
}

/// Q(a, x) by its continued fraction, evaluated from the front with Lentz's method, which converges above the mean.
fn upper_by_fraction(a: f64, x: f64) -> f64 {
    // Lentz's method replaces a zero denominator by something that cannot change the digits of the result.
    let nonzero = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let mut b = x + 1.0 - a;
    let mut d = 1.0 / nonzero(b);
    let mut c = 1e300;
    let mut value = d;
    for n in 1..STEPS {
        let n = f64::from(n);
        let numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / nonzero(numerator * d + b);
        c = nonzero(b + numerator / c);
        let change = d * c;
        value *= change;
        if (change - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value * density(a, x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// For even degrees of freedom the tail is a finite sum (Abramowitz & Stegun 26.4.5).
    fn even(x: f64, df: u32) -> f64 {
        let half = x / 2.0;
        let mut term = 1.0;
        let mut sum = 1.0;
        for n in 1..df / 2 {
            term *= half / f64::from(n);
            sum += term;
        }
        sum * libm::exp(-half)
    }

    /// For odd ones it ends in the complementary error function (Abramowitz & Stegun 26.4.4).
    fn odd(x: f64, df: u32) -> f64 {
        let root = libm::sqrt(x);
        let mut term = root;
        let mut sum = 0.0;
        for n in (1..df).step_by(2) {
            sum += term;
            term *= x / f64::from(n + 2);
        }
        let density = libm::exp(-x / 2.0) / libm::sqrt(2.0 * std::f64::consts::PI);
        libm::erfc(root / std::f64::consts::SQRT_2) + 2.0 * density * sum
    }

    #[test]
    fn critical_values_of_the_printed_table() {
        // NIST/SEMATECH e-Handbook 1.3.6.7.4, three decimals: the tail is met to the table's precision.
        for (df, p, x) in [
            (1, 0.05, 3.841),
            (1, 0.001, 10.828),
            (2, 0.05, 5.991),
            (2, 0.001, 13.816),
            (3, 0.01, 11.345),
            (5, 0.10, 9.236),
            (10, 0.05, 18.307),
            (30, 0.001, 59.703),
            (100, 0.01, 135.807),
        ] {
            let got = survival(x, df);
            assert!((got - p).abs() < p * 5e-4, "df {df}, x {x}: {got} instead of {p}");
        }
    }

    #[test]
    fn the_edges() {
        assert_eq!(survival(0.0, 3), 1.0);
        assert_eq!(survival(f64::NAN, 3), 1.0);
        assert_eq!(survival(f64::INFINITY, 3), 0.0);
        assert_eq!(survival(1.0, 0), 0.0);
        assert!((survival(1.0, 1) - 0.317_310_507_862_914_1).abs() < 1e-14, "one sigma, both sides");
    }

    proptest! {
        #[test]
        fn the_closed_forms_agree_to_ten_digits(x in 0.001f64..400.0, half in 1u32..60) {
            prop_assert!((survival(x, 2 * half) - even(x, 2 * half)).abs() < 1e-10);
            prop_assert!((survival(x, 2 * half - 1) - odd(x, 2 * half - 1)).abs() < 1e-10);
        }
    }
}
