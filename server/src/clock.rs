//! The one place where the time of day is read; everything else is given it.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, microseconds since 1970 UTC.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_micros() as i64)
}

/// `at` (microseconds since 1970 UTC) in RFC 3339 with microseconds and `Z`.
pub fn rfc3339(at: i64) -> String {
    chrono::DateTime::from_timestamp_micros(at)
        .map(|t| t.to_rfc3339_opts(chrono::SecondsFormat::Micros, true))
        .unwrap_or_default()
}

/// Reads an RFC 3339 time, or `2026-11-20 08:00:00` taken as UTC, to microseconds since 1970.
pub fn parse_time(text: &str) -> Option<i64> {
    if let Ok(time) = chrono::DateTime::parse_from_rfc3339(text.trim()) {
        return Some(time.timestamp_micros());
    }
    let naive = chrono::NaiveDateTime::parse_from_str(text.trim(), "%Y-%m-%d %H:%M:%S").ok()?;
    Some(naive.and_utc().timestamp_micros())
}
