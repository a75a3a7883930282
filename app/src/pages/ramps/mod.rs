//! Canary ramps: asked for in a form that shows the steps first, and watched from step to step.

mod deeds;
mod form;
mod gates;
mod history;
mod ladder;
mod plan;
mod watch;

pub use form::{CanaryChoice, PoolChoices, Preview, RampForm, form};
pub use watch::{RampPage, watch};

use model::canary::RampPhase;

/// A phase as one says it.
fn phase_word(phase: RampPhase) -> &'static str {
    match phase {
        RampPhase::Planned => "planned",
        RampPhase::Running => "running",
        RampPhase::Paused => "paused",
        RampPhase::SteppingDown => "stepping down",
        RampPhase::Done => "done",
        RampPhase::Aborted => "aborted",
        RampPhase::Failed => "failed",
    }
}

/// The way to a ramp's page.
fn crumbs(service: &str) -> Vec<(String, String)> {
    vec![
        ("Services".to_owned(), "/services".to_owned()),
        (service.to_owned(), format!("/services/{service}")),
    ]
}

/// A time to come, microseconds, rounded up: `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 2 h`.
fn left(span: i64) -> String {
    let seconds = (span.max(0) + 999_999) / 1_000_000;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min {} s", seconds / 60, seconds % 60),
        7200..172_800 => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds / 3600 % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::left;

    #[test]
    fn what_is_left_is_never_rounded_to_nothing() {
        let said: Vec<String> =
            [0, 1, 119_000_001, 200_000_000, 7_500_000_000, 180_000_000_000].map(left).into();
        assert_eq!(said, ["0 s", "1 s", "2 min 0 s", "3 min 20 s", "2 h 5 min", "2 d 2 h"]);
    }
}
