use leptos::prelude::*;
use model::split::MemberShare;

use super::colour;
use crate::format;

const WIDTH: f64 = 420.0;
const LABEL: f64 = 120.0;
const ROW: f64 = 34.0;

/// Observed shares as bars, each with its 95 % interval and a mark where the weight wants it to end.
pub fn share_bars(members: &[MemberShare]) -> AnyView {
    let height = ROW * members.len() as f64 + 22.0;
    let top = members.iter().map(|m| m.share.max(m.expected_share).max(m.ci_high)).fold(0.1, f64::max).min(1.0);
    let x = |share: f64| LABEL + (share / top).min(1.0) * (WIDTH - LABEL - 12.0);
    let rows: Vec<AnyView> = members
        .iter()
        .enumerate()
        .map(|(i, member)| {
            let y = i as f64 * ROW + 6.0;
            let (low, high, want) = (x(member.ci_low), x(member.ci_high), x(member.expected_share));
            let text = format!(
                "{}: observed {}, expected {}, 95 % interval {} to {}",
                member.address,
                format::percent(member.share, 2),
                format::percent(member.expected_share, 2),
                format::percent(member.ci_low, 2),
                format::percent(member.ci_high, 2)
            );
            view! {
                <g>
                    <title>{text}</title>
                    <text x=LABEL - 8.0 y=y + 15.0 text-anchor="end" class="chart-label">{member.address.to_string()}</text>
                    <rect x=LABEL y=y width=WIDTH - LABEL - 12.0 height=20 class="track-bar"></rect>
                    <rect x=LABEL y=y width=(x(member.share) - LABEL).max(0.0) height=20 class=colour(i)></rect>
                    <path d=format!("M{low:.1} {c:.1}H{high:.1}M{low:.1} {a:.1}v8M{high:.1} {a:.1}v8", c = y + 10.0, a = y + 6.0)
                        class="whisker"></path>
                    <path d=format!("M{want:.1} {:.1}v26", y - 3.0) class="expected"></path>
                </g>
            }
            .into_any()
        })
        .collect();
    let ticks: Vec<AnyView> = [0.0, 0.25, 0.5, 0.75, 1.0]
        .into_iter()
        .map(|part| part * top)
        .map(|share| {
            let at = x(share);
            view! { <text x=at y=height - 4.0 text-anchor="middle" class="chart-tick">{format::percent(share, 0)}</text> }
                .into_any()
        })
        .collect();
    view! {
        <svg class="share-bars" viewBox=format!("0 0 {WIDTH} {height}") role="img"
            aria-label="Observed share of each member, with the share its weight wants">
            {rows}
            {ticks}
        </svg>
    }
    .into_any()
}
