//! What a check does, step by step, for whoever asked for it.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

/// Longest text of a step, in characters.
const MAX_TEXT: usize = 2000;

/// One thing a check did or saw.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// Microseconds since the check began.
    pub at_us: u64,
    /// What it is about, as `connect`, `TLS`, `request` or `response`.
    pub what: &'static str,
    /// What was done or seen; without control characters other than line ends, and without secrets.
    pub text: String,
}

/// The steps of a check, or nothing for the many checks that nobody looks at.
#[derive(Debug)]
pub struct Trace {
    start: Instant,
    steps: Option<Mutex<Vec<Step>>>,
}

impl Trace {
    /// Keeps nothing.
    pub fn off() -> Self {
        Trace { start: Instant::now(), steps: None }
    }

    /// Keeps every step.
    pub fn on() -> Self {
        Trace { start: Instant::now(), steps: Some(Mutex::default()) }
    }

    /// Notes a step; the text is made only when steps are kept.
    pub(crate) fn note(&self, what: &'static str, text: impl FnOnce() -> String) {
        let Some(steps) = &self.steps else { return };
        let at_us = self.start.elapsed().as_micros() as u64;
        let text = text().chars().map(printable).take(MAX_TEXT).collect();
        steps.lock().unwrap_or_else(PoisonError::into_inner).push(Step { at_us, what, text });
    }

    /// The steps so far, in their order.
    pub fn into_steps(self) -> Vec<Step> {
        self.steps.map(|steps| steps.into_inner().unwrap_or_else(PoisonError::into_inner)).unwrap_or_default()
    }
}

fn printable(c: char) -> char {
    if c.is_control() && c != '\n' { '\u{b7}' } else { c }
}
