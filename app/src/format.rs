//! Numbers, shares and times as the console writes them: always UTC, always with the digits that matter.

/// `1,234,567`
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1,234,567.8` of a number that is not negative.
pub fn tenths(number: f64) -> String {
    let tenths = (number * 10.0).round() as u64;
    format!("{}.{}", thousands(tenths / 10), tenths % 10)
}

/// A share of 0 to 1 as `60.00 %`.
pub fn percent(share: f64, digits: usize) -> String {
    format!("{:.digits$} %", share * 100.0)
}

/// A deviation in answers: `+3`, `-0.5`, `0`.
pub fn deviation(answers: f64) -> String {
    if answers.abs() < 0.05 {
        "0".to_owned()
    } else if answers.fract().abs() < 0.05 || answers.abs() >= 1000.0 {
        format!("{answers:+.0}")
    } else {
        format!("{answers:+.1}")
    }
}

/// Days since 1970 to year, month and day (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn civil(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_index + 2) / 5 + 1) as u32;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 } as u32;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// `2026-11-23` of a time in microseconds since 1970 UTC.
pub fn date(at: i64) -> String {
    let (year, month, day) = civil(at.div_euclid(86_400_000_000));
    format!("{year:04}-{month:02}-{day:02}")
}

/// `20:15:07` of a time in microseconds since 1970 UTC.
pub fn clock(at: i64) -> String {
    let seconds = at.div_euclid(1_000_000).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// `2026-11-23 20:15:07`
pub fn date_time(at: i64) -> String {
    format!("{} {}", date(at), clock(at))
}

/// `2026-11-23T20:15:07Z`, for machines.
pub fn rfc3339(at: i64) -> String {
    format!("{}T{}Z", date(at), clock(at))
}

/// `20:15:07.123456`, for rows within one page.
pub fn clock_micros(at: i64) -> String {
    format!("{}.{:06}", clock(at), at.rem_euclid(1_000_000))
}

/// How long ago: `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago`.
pub fn ago(at: i64, now: i64) -> String {
    let seconds = (now - at).max(0) / 1_000_000;
    match seconds {
        0..=1 => "just now".to_owned(),
        2..=119 => format!("{seconds} s ago"),
        120..=7199 => format!("{} min ago", seconds / 60),
        7200..=172_799 => format!("{} h ago", seconds / 3600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

/// A number of things: `1 row`, `2 rows`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// What the weights of a pool promise: `exact in every 10 answers`.
pub fn period(weights: &[u64]) -> String {
    match (weights.len(), model::shares::period(weights)) {
        (0, _) => String::new(),
        (1, _) => "one member takes every answer".to_owned(),
        (members, 0) => format!("all weights 0: equal shares, exact in every {members} answers"),
        (_, period) => format!("exact in every {} answers", thousands(period)),
    }
}

/// What a part of a URL's query says; what is no encoding stands for itself.
pub fn of_query(text: &str) -> String {
    let octets = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(octets.len()), 0);
    while let Some(octet) = octets.get(at) {
        let encoded = octets.get(at + 1..at + 3).filter(|_| *octet == b'%');
        let encoded =
            encoded.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        out.push(encoded.unwrap_or(if *octet == b'+' { b' ' } else { *octet }));
        at += if encoded.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Octets as people read them: `999 B`, `1.5 KiB`, `155.6 MiB`.
pub fn octets(number: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if number < 1024 {
        return format!("{number} B");
    }
    let mut size = number as f64 / 1024.0;
    let mut unit = 0;
    while size >= 1023.95 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

/// A text as it may stand in a URL's query.
pub fn in_query(text: &str) -> String {
    let keep = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    text.bytes().map(|b| if keep(b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")];
        for (number, text) in cases {
            assert_eq!(thousands(number), text);
        }
        assert_eq!([tenths(0.04), tenths(23.46), tenths(365_155.96)], ["0.0", "23.5", "365,156.0"]);
        assert_eq!(percent(0.6, 1), "60.0 %");
        assert_eq!([deviation(0.0), deviation(3.0), deviation(-0.5)], ["0", "+3", "-0.5"]);
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(date_time(0), "1970-01-01 00:00:00");
        assert_eq!(date_time(1_795_161_600_000_000), "2026-11-20 08:00:00");
        assert_eq!(date(951_782_400_000_000), "2000-02-29");
        assert_eq!(date_time(-1), "1969-12-31 23:59:59");
        assert_eq!(clock_micros(1_000_001), "00:00:01.000001");
        assert_eq!(ago(0, 300_000_000), "5 min ago");
    }
}
