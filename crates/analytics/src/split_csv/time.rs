//! When a row happened, in the ways that logs write it.

/// Microseconds in a second, and in a day.
pub(super) const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Reads a moment, microseconds since 1970 UTC: RFC 3339, the same with a space and without a zone (taken as UTC), or a
/// count since 1970 in seconds, milliseconds, microseconds or nanoseconds, told apart by their size.
pub(super) fn read(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    let text = text.strip_prefix(b"'").unwrap_or(text);
    match text {
        [_, _, _, _, b'-', ..] => calendar(text),
        _ => count(text),
    }
}

fn calendar(text: &[u8]) -> Option<i64> {
    let number = |from: usize, to: usize| digits(text.get(from..to)?);
    let mark = |at: usize, marks: &[u8]| text.get(at).is_some_and(|octet| marks.contains(octet));
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let marked = mark(7, b"-") && mark(10, b"T t") && mark(13, b":") && mark(16, b":");
    let ranges =
        (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    if !marked || !ranges {
        return None;
    }
    let (micros, zone) = match text.get(19..)? {
        [b'.' | b',', rest @ ..] => {
            let length = rest.iter().take_while(|octet| octet.is_ascii_digit()).count();
            (fraction(&rest[..length])?, &rest[length..])
        }
        rest => (0, rest),
    };
    let offset = match zone.trim_ascii() {
        b"" | b"Z" | b"z" | b"UTC" => 0,
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let minutes = match rest {
                [a, b, b':', c, d] | [a, b, c, d] => digits(&[*a, *b])? * 60 + digits(&[*c, *d])?,
                [a, b] => digits(&[*a, *b])? * 60,
                _ => return None,
            };
            if *sign == b'+' { minutes } else { -minutes }
        }
        _ => return None,
    };
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + (minute - offset) * 60 + second;
    Some(seconds * SECOND + micros)
}

/// Days from 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn count(text: &[u8]) -> Option<i64> {
    let (whole, rest) = match text.iter().position(|octet| *octet == b'.') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &[][..]),
    };
    let whole = digits(whole)?;
    match whole {
        // Seconds up to the year 5138, and each further unit a thousand times as many.
        0..100_000_000_000 => Some(whole * SECOND + fraction(rest)?),
        100_000_000_000..100_000_000_000_000 => Some(whole * 1000),
        100_000_000_000_000..100_000_000_000_000_000 => Some(whole),
        _ => Some(whole / 1000),
    }
}

/// Digits behind a point as microseconds.
fn fraction(digits_of: &[u8]) -> Option<i64> {
    let kept = &digits_of[..digits_of.len().min(6)];
    if kept.is_empty() {
        return Some(0);
    }
    Some(digits(kept)? * 10_i64.pow(6 - kept.len() as u32))
}

fn digits(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 18 && text.len() != 19 {
        return None;
    }
    text.iter().try_fold(0_i64, |sum, octet| {
        let digit = octet.is_ascii_digit().then(|| i64::from(octet - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

/// A step that cuts `span` into at most `parts`, of those that people read on an axis, and a multiple of `width`.
pub(super) fn step(span: i64, parts: i64, width: i64) -> i64 {
    const STEPS: [i64; 16] =
        [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400, 7 * 86_400];
    let mut steps = STEPS.iter().map(|step| step * SECOND).filter(|step| step % width == 0);
    let week = 7 * DAY;
    steps.find(|step| span / step < parts).unwrap_or_else(|| (span / parts / week + 1) * week)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_795_161_600_000_000;

    #[test]
    fn every_way_of_writing_a_moment() {
        for text in [
            "2026-11-20T08:00:00.000000Z",
            "2026-11-20T08:00:00Z",
            "'2026-11-20T08:00:00Z",
            "2026-11-20 08:00:00",
            "2026-11-20 08:00:00.000 UTC",
            "2026-11-20T09:00:00+01:00",
            "2026-11-20T09:30:00.0+0130",
            "2026-11-20t03:00:00-05",
            "1795161600",
            "1795161600.000000",
            "1795161600000",
            "1795161600000000",
            "1795161600000000000",
        ] {
            assert_eq!(read(text.as_bytes()), Some(NOON), "{text}");
        }
        assert_eq!(read(b"2026-11-20T08:00:00.123456789Z"), Some(NOON + 123_456));
        assert_eq!(read(b"1795161600.5"), Some(NOON + 500_000));
        assert_eq!(read(b"2000-02-29T00:00:00Z"), Some(951_782_400_000_000));
        for text in [
            "",
            "soon",
            "2026-13-01T00:00:00Z",
            "2026-11-20",
            "2026-11-20T08:00:00X",
            "1.x",
            "-5",
            "08:00:00",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_step_keeps_the_number_of_bars_in_hand() {
        assert_eq!(step(0, 90, SECOND), SECOND);
        assert_eq!(step(3600 * SECOND, 90, SECOND), 60 * SECOND);
        assert_eq!(step(3600 * SECOND, 90, 600 * SECOND), 600 * SECOND);
        let years = 3 * 365 * DAY;
        assert!(years / step(years, 90, SECOND) <= 90 && step(years, 90, SECOND) % DAY == 0);
    }
}
