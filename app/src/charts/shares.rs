use leptos::prelude::*;
use model::split::MemberShare;

use super::colour;
use crate::format;

/// Observed shares as bars, each with its 95 % interval and a mark where the weight wants it to end. Every position is
/// in percent of the plot's width, so that the text stays as large as all other text.
pub fn share_bars(members: &[MemberShare]) -> AnyView {
    let most = members.iter().map(|m| m.share.max(m.expected_share).max(m.ci_high)).fold(0.0, f64::max);
    let (step, steps) = scale(most);
    let top = step * f64::from(steps);
    let x = |share: f64| format!("{:.2}%", (share / top).clamp(0.0, 1.0) * 100.0);
    let rules: Vec<String> = (1..steps).map(|i| x(step * f64::from(i))).collect();
    let rows: Vec<AnyView> = members
        .iter()
        .enumerate()
        .map(|(i, member)| {
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
                <div class="share-row" title=text>
                    <span class="share-name">{member.address.to_string()}</span>
                    <svg class="share-plot" width="100%" height="26">
                        <rect y="4" width="100%" height="18" rx="2" class="track-bar"></rect>
                        {rules.iter().map(|at| view! { <line x1=at.clone() x2=at.clone() y1="4" y2="22" class="rule"></line> }).collect_view()}
                        <rect y="4" width=x(member.share) height="18" rx="2" class=colour(i)></rect>
                        {["halo", "whisker"].map(|class| view! {
                            <g class=class>
                                <line x1=low.clone() x2=high.clone() y1="13" y2="13"></line>
                                <line x1=low.clone() x2=low.clone() y1="9" y2="17"></line>
                                <line x1=high.clone() x2=high.clone() y1="9" y2="17"></line>
                            </g>
                        })}
                        <line x1=want.clone() x2=want y1="1" y2="25" class="expected"></line>
                    </svg>
                    <span class="share-value">{format::percent(member.share, 2)}</span>
                </div>
            }
            .into_any()
        })
        .collect();
    let ticks: Vec<AnyView> = (0..=steps)
        .map(|i| {
            let anchor = match i {
                0 => "start",
                i if i == steps => "end",
                _ => "middle",
            };
            let share = step * f64::from(i);
            view! { <text x=x(share) y="11" text-anchor=anchor class="chart-tick">{format::percent(share, 0)}</text> }.into_any()
        })
        .collect();
    view! {
        <div class="share-bars" role="img" aria-label="Observed share of each member, with the share its weight wants">
            {rows}
            <svg class="share-axis" width="100%" height="14">{ticks}</svg>
            <div class="share-key">
                <span><svg width="10" height="14"><line x1="5" x2="5" y1="1" y2="13" class="expected"></line></svg>"Share its weight wants"</span>
                <span>
                    <svg width="22" height="14"><g class="whisker"><path d="M1 7H21M1 3v8M21 3v8"></path></g></svg>
                    "95 % interval of the observed share"
                </span>
            </div>
        </div>
    }
    .into_any()
}

/// The step of the axis and how many of them it has: at most six, on round numbers, enough for the largest share.
pub(super) fn scale(most: f64) -> (f64, u32) {
    let most = most.clamp(0.01, 1.0);
    let step = [0.02, 0.05, 0.1, 0.2].into_iter().find(|step| most <= step * 6.0).unwrap_or(0.2);
    let steps = (most / step - 1e-9).ceil();
    (step, steps as u32)
}

#[cfg(test)]
mod tests {
    use super::scale;

    #[test]
    fn the_axis_ends_on_a_round_share() {
        let cases = [
            (0.0, (0.02, 1)),
            (0.12, (0.02, 6)),
            (0.51, (0.1, 6)),
            (0.6, (0.1, 6)),
            (0.61, (0.2, 4)),
            (1.0, (0.2, 5)),
        ];
        for (most, expected) in cases {
            assert_eq!(scale(most), expected, "{most}");
        }
    }
}
