//! One segment: its verdict, why, and every member's numbers.

use leptos::prelude::*;
use model::split::{Segment, SplitMode};

use crate::charts::{donut, share_bars};
use crate::components::VerdictMark;
use crate::format;

pub fn card(number: usize, segment: &Segment, of: usize) -> AnyView {
    let parts: Vec<(String, u64)> =
        segment.members.iter().map(|m| (m.address.to_string(), m.observed)).collect();
    let weights: Vec<String> = segment.members.iter().map(|m| m.weight.to_string()).collect();
    let rows: Vec<AnyView> = segment
        .members
        .iter()
        .enumerate()
        .map(|(i, m)| {
            let expected = segment.answered as f64 * m.expected_share;
            view! {
                <tr>
                    <th scope="row" class="mono">
                        <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true"><rect width="10" height="10" rx="2" class=format!("c{}", i % 8)></rect></svg>
                        " "{m.address.to_string()}
                    </th>
                    <td>{m.site.clone().unwrap_or_else(|| "–".to_owned())}</td>
                    <td class="num">{m.weight.to_string()}</td>
                    <td class="num strong">{format::thousands(m.observed)}</td>
                    <td class="num">{format!("{expected:.1}")}</td>
                    <td class="num">{format::deviation(m.deviation)}</td>
                    <td class="num">{format::percent(m.expected_share, 2)}</td>
                    <td class="num strong">{format::percent(m.share, 2)}</td>
                    <td class="num muted">{format!("{} to {}", format::percent(m.ci_low, 2), format::percent(m.ci_high, 2))}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let title = if of > 1 {
        format!("Segment {number} of {of}: weights {}", weights.join(" : "))
    } else {
        format!("Weights {}", weights.join(" : "))
    };
    let mode = match segment.mode {
        SplitMode::Exact => "judged by the bound of the exact schedule".to_owned(),
        SplitMode::ByClient => "not judged: who is answered what depends on who asks".to_owned(),
        SplitMode::Random => match segment.p_value {
            // Rounded up, since it is a bound.
            Some(p) => {
                let most = (p * 10_000.0).ceil() / 10_000.0;
                format!("judged as draws, at every look: G = {:.2}, p at most {most:.4}", segment.statistic)
            }
            None => "judged as draws, at every look".to_owned(),
        },
    };
    view! {
        <section class="card segment">
            <div class="segment-head">
                <h2>{title}</h2>
                <VerdictMark verdict=segment.verdict/>
            </div>
            <p class="muted">
                {format!("{} to {} UTC, generation {}, {mode}", format::date_time(segment.from), format::clock(segment.to), segment.generation)}
            </p>
            <p>{segment.reason.clone()}</p>
            <div class="segment-charts">
                {donut("Observed answers by member", &parts)}
                {share_bars(&segment.members)}
            </div>
            <div class="scroll" tabindex="0" role="region" aria-label=format!("Members of segment {number}")>
                <table class="lines">
                    <thead>
                        <tr>
                            <th scope="col">"Member"</th><th scope="col">"Site"</th><th scope="col" class="num">"Weight"</th>
                            <th scope="col" class="num">"Answers"</th><th scope="col" class="num">"Expected"</th>
                            <th scope="col" class="num">"Deviation"</th><th scope="col" class="num">"Expected share"</th>
                            <th scope="col" class="num">"Observed share"</th><th scope="col" class="num">"95 % interval"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
