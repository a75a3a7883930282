//! What became of every answer of the window, as a sum that comes out.

use leptos::prelude::*;
use model::split::Totals;

use crate::components::{Notice, NoticeKind};
use crate::format;

const ON_THEIR_WAY: &str = "On their way";
const WAITING: &str = "Answered, and the rows not stored yet. While the machine is full they wait for the answers, some seconds at most.";

/// Answered = stored + left out + lost; what is not accounted for yet is on its way.
pub fn identity(totals: &Totals) -> AnyView {
    let dropped = &totals.dropped;
    let throttled = dropped.service_throttle + dropped.site_throttle;
    let lost = dropped.queue + dropped.storage;
    let accounted = totals.logged + throttled + lost;
    let mut parts = vec![("Stored", totals.logged), ("Left out by throttles", throttled), ("Lost", lost)];
    match totals.answered.checked_sub(accounted) {
        Some(0) => {}
        Some(waiting) => parts.push((ON_THEIR_WAY, waiting)),
        // Rows are there, their counters are not yet.
        None => parts.push(("Not counted yet", accounted - totals.answered)),
    }
    let ahead = accounted > totals.answered;
    let part = |(i, (name, count)): (usize, (&'static str, u64))| {
        let sign = match (i, ahead && name == "Not counted yet") {
            (0, _) => "=",
            (_, true) => "−",
            _ => "+",
        };
        let trouble = name == "Lost" && count > 0;
        let hint = (name == ON_THEIR_WAY).then_some(WAITING);
        view! {
            <span class="sum-sign">{sign}</span>
            <span class="sum-part" class:warn=trouble title=hint><b class="num">{format::thousands(count)}</b>" "{name}</span>
        }
    };
    view! {
        <p class="sum" aria-label="What became of every answer">
            <span class="sum-part"><b class="num">{format::thousands(totals.answered)}</b>" Answered"</span>
            {parts.into_iter().enumerate().map(part).collect_view()}
        </p>
        {missing(totals.answered, throttled, lost, totals)}
    }
    .into_any()
}

fn missing(answered: u64, throttled: u64, lost: u64, totals: &Totals) -> AnyView {
    // What throttles left out was meant to be; the sum says it.
    if lost == 0 {
        return ().into_any();
    }
    let text = format!(
        "Of {} in this window, {} were left out by throttles and {} were lost (queue {}, storage {}). The counters have all of them.",
        format::count(answered, "answer", "answers"),
        format::thousands(throttled),
        format::thousands(lost),
        format::thousands(totals.dropped.queue),
        format::thousands(totals.dropped.storage)
    );
    view! { <Notice kind=NoticeKind::Info>{text}</Notice> }.into_any()
}
