//! The window of time a page or a REST call is about: `since=15m`, or `from=` and `to=`.

use model::{Problem, Span};
use serde::Deserialize;

use crate::clock;

/// Query parameters of a window.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct WindowQuery {
    /// The last so long.
    pub since: Option<String>,
    /// Start, RFC 3339.
    pub from: Option<String>,
    /// End, RFC 3339.
    pub to: Option<String>,
}

/// A window, microseconds since 1970 UTC; the end is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Start.
    pub from: i64,
    /// End.
    pub to: i64,
}

/// Longest window, the longest retention one can set.
const LONGEST: Span = Span::seconds(400 * 86_400);

impl WindowQuery {
    /// The window, `default` long and ending now when nothing was asked.
    pub fn window(&self, default: Span, now: i64) -> Result<Window, Problem> {
        let time = |field: &str, text: &str| {
            let wrong = || Problem::new(field, text, "write a time such as 2026-11-20T08:00:00Z");
            clock::parse_time(text).ok_or_else(wrong)
        };
        match (filled(&self.from), filled(&self.to)) {
            (Some(from), Some(to)) => {
                let window = Window { from: time("from", from)?, to: time("to", to)? };
                if window.from >= window.to {
                    return Err(Problem::new("to", to, "the end has to be after the start"));
                }
                Ok(window)
            }
            (Some(from), None) => {
                let from_time = time("from", from)?;
                if from_time >= now {
                    return Err(Problem::new("from", from, "the start lies in the future"));
                }
                Ok(Window { from: from_time, to: now })
            }
            (None, Some(to)) => {
                Err(Problem::new("from", "", format!("give the start as well: the end is {to}")))
            }
            (None, None) => {
                let span = self.span(default)?;
                Ok(Window { from: now - span.as_millis() as i64 * 1000, to: now })
            }
        }
    }

    /// The `since` of the window.
    pub fn span(&self, default: Span) -> Result<Span, Problem> {
        let Some(text) = filled(&self.since) else { return Ok(default) };
        let span: Span =
            text.parse().map_err(|e: model::value::ValueError| Problem::new("since", text, e.to_string()))?;
        if span.as_millis() == 0 || span > LONGEST {
            return Err(Problem::new("since", text, "give more than 0s and at most 400d"));
        }
        Ok(span)
    }
}

fn filled(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|t| !t.is_empty())
}

impl Window {
    /// A step that cuts the window into at most `parts`, whole tens of seconds as the counters have them.
    pub fn step(self, parts: i64) -> i64 {
        const STEPS_S: [i64; 12] = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400];
        let span = self.to - self.from;
        STEPS_S
            .iter()
            .map(|s| s * 1_000_000)
            .find(|step| span / step < parts)
            .unwrap_or(7 * 86_400 * 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000_000;

    #[test]
    fn a_window_is_read_or_refused_by_its_field() {
        let of = |since: &str, from: &str, to: &str| {
            let some = |t: &str| Some(t.to_owned());
            WindowQuery { since: some(since), from: some(from), to: some(to) }
                .window(Span::seconds(900), NOW)
                .map_err(|p| p.field)
        };
        assert_eq!(of("", "", ""), Ok(Window { from: NOW - 900_000_000, to: NOW }));
        assert_eq!(of("1h", "", "").unwrap().from, NOW - 3_600_000_000);
        assert_eq!(of("soon", "", ""), Err("since".into()));
        assert_eq!(of("", "2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z"), Err("to".into()));
        assert_eq!(of("", "", "2025-01-01T00:00:00Z"), Err("from".into()));
        assert!(of("", "2026-01-01T00:00:00Z", "2026-01-02 00:00:00").is_ok());
    }

    #[test]
    fn a_step_keeps_the_number_of_bars_in_hand() {
        let window = |seconds: i64| Window { from: 0, to: seconds * 1_000_000 };
        assert_eq!(window(900).step(120), 10_000_000);
        assert_eq!(window(86_400).step(120), 1_800_000_000);
    }
}
