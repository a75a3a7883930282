use leptos::prelude::*;
use model::canary::PlannedStep;

use crate::format;

/// The steps in whole weights, with what rounding leaves.
pub fn plan_table(steps: &[PlannedStep], members: &[std::net::IpAddr]) -> AnyView {
    let Some(first) = steps.first() else { return ().into_any() };
    let heads = first.weights.iter().map(|weight| {
        let canary = members.contains(&weight.address);
        let mark = canary.then(|| view! { <span class="badge">"canary"</span> });
        view! { <th scope="col" class="num mono">{weight.address.to_string()}{mark}</th> }
    });
    let row = |(i, step): (usize, &PlannedStep)| {
        let weights =
            step.weights.iter().map(|weight| view! { <td class="num">{weight.weight.to_string()}</td> });
        view! {
            <tr>
                <th scope="row">{format!("{}", i + 1)}</th>
                <td class="num strong">{format!("{} %", step.target)}</td>
                {weights.collect_view()}
                <td class="num">{format::percent(step.share, 3)}</td>
                <td class="num">{rounding(step.error)}</td>
                <td class="num">{format::thousands(step.period)}</td>
                <td class="num">{format::thousands(step.needed)}</td>
            </tr>
        }
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Steps in whole weights">
            <table class="lines">
                <thead>
                    <tr>
                        <th scope="col">"Step"</th><th scope="col" class="num">"Target"</th>{heads.collect_view()}
                        <th scope="col" class="num">"Share by weight"</th><th scope="col" class="num">"Rounding"</th>
                        <th scope="col" class="num">"Exact in every"</th><th scope="col" class="num">"Answers needed"</th>
                    </tr>
                </thead>
                <tbody>{steps.iter().enumerate().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What rounding leaves, in percentage points.
pub fn rounding(error: f64) -> String {
    if error.abs() < 5e-7 { "none".to_owned() } else { format!("{:+.3} pp", error * 100.0) }
}

#[cfg(test)]
mod tests {
    use super::rounding;

    #[test]
    fn what_rounding_leaves_is_in_percentage_points() {
        assert_eq!([rounding(0.0), rounding(-0.00024), rounding(0.01)], ["none", "-0.024 pp", "+1.000 pp"]);
    }
}
