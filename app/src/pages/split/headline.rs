//! The verdict in a sentence, and what became of every answer.

use leptos::prelude::*;
use model::split::{SplitReport, Totals, Verdict};

use crate::components::{Stat, VerdictMark};
use crate::format;

pub fn verdict(report: &SplitReport) -> AnyView {
    let (class, sentence) = match report.verdict {
        Verdict::Pass => ("headline pass", "The traffic split as configured."),
        Verdict::Fail => ("headline fail", "The traffic did not split as configured."),
        Verdict::Insufficient => ("headline insufficient", "Too few answers to judge yet."),
    };
    // The reason of the segment that decides: the first failure, else the latest with this verdict.
    let deciding = match report.verdict {
        Verdict::Fail => report.segments.iter().find(|s| s.verdict == Verdict::Fail),
        other => report.segments.iter().rev().find(|s| s.verdict == other),
    };
    let needed =
        report.segments.last().filter(|s| s.verdict == Verdict::Insufficient && s.needed > s.answered).map(
            |s| {
                format!(
                    " {} more needed for the weights in force now.",
                    format::count(s.needed - s.answered, "answer", "answers")
                )
            },
        );
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
    view! {
        <div class="stats">
            <Stat label="Answered" value=format::thousands(totals.answered) hint="counted, never sampled"/>
            <Stat label="Rows logged" value=format::thousands(totals.logged) hint=share(totals.logged)/>
            <Stat label="Left out by throttles" value=format::thousands(throttled)
                hint=format!("service {}, site {}", format::thousands(dropped.service_throttle), format::thousands(dropped.site_throttle))/>
            <Stat label="Lost" value=format::thousands(lost)
                hint=format!("queue {}, storage {}", format::thousands(dropped.queue), format::thousands(dropped.storage))/>
        </div>
    }
    .into_any()
}
