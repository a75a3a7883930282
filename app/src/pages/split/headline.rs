//! The verdict in a sentence, and what became of every answer.

use leptos::prelude::*;
use model::split::{SplitMode, SplitReport, Totals, Verdict};

use crate::components::{Stat, VerdictMark};
use crate::format;

/// The verdict over all segments, and the reason of the one that decides.
pub fn verdict(report: &SplitReport) -> AnyView {
    let (class, sentence) = match report.verdict {
        Verdict::Pass => ("headline pass", "The traffic split as configured."),
        Verdict::Fail => ("headline fail", "The traffic did not split as configured."),
        Verdict::Insufficient if report.segments.iter().all(|s| s.mode == SplitMode::ByClient) => {
            ("headline insufficient", "This split is not by weight, and is not judged.")
        }
        Verdict::Insufficient => ("headline insufficient", "Too little was seen to judge yet."),
    };
    // The reason of the segment that decides: the first failure, else the latest with this verdict.
    let deciding = match report.verdict {
        Verdict::Fail => report.segments.iter().find(|s| s.verdict == Verdict::Fail),
        other => report.segments.iter().rev().find(|s| s.verdict == other),
    };
    let now = report.segments.last().filter(|s| s.verdict == Verdict::Insufficient);
    let needed = now.and_then(|segment| {
        let (have, one, many) = match &segment.networks {
            Some(networks) => (networks.counted, "network", "networks"),
            None => (segment.answered, "answer", "answers"),
        };
        let more = segment.needed.checked_sub(have).filter(|more| *more > 0)?;
        Some(format!(" {} more needed for the weights in force now.", format::count(more, one, many)))
    });
    view! {
        <div class=class>
            <VerdictMark verdict=report.verdict/>
            <div>
                <p class="sentence">{sentence}</p>
                <p class="muted">{deciding.map(|s| s.reason.clone())}{needed}</p>
            </div>
        </div>
    }
    .into_any()
}

/// What became of the rows of every answer.
pub fn totals(totals: &Totals) -> AnyView {
    let dropped = &totals.dropped;
    let throttled = dropped.service_throttle + dropped.site_throttle;
    let lost = dropped.queue + dropped.storage;
    let share = |n: u64| {
        if totals.answered == 0 {
            String::new()
        } else {
            format::percent(n as f64 / totals.answered as f64, 2)
        }
    };
    let logged = match totals.answered.saturating_sub(totals.logged + throttled + lost) {
        0 => share(totals.logged),
        waiting => format!("{}, {} on their way", share(totals.logged), format::thousands(waiting)),
    };
    view! {
        <div class="stats">
            <Stat label="Answered" value=format::thousands(totals.answered) hint="counted, never sampled"/>
            <Stat label="Rows logged" value=format::thousands(totals.logged) hint=logged/>
            <Stat label="Left out by throttles" value=format::thousands(throttled)
                hint=format!("service {}, site {}", format::thousands(dropped.service_throttle), format::thousands(dropped.site_throttle))/>
            <Stat label="Lost" value=format::thousands(lost)
                hint=format!("queue {}, storage {}", format::thousands(dropped.queue), format::thousands(dropped.storage))/>
        </div>
    }
    .into_any()
}
