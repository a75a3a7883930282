use api::health::CheckMark;
use leptos::prelude::*;

/// Checks that are drawn.
const SHOWN: usize = 60;
/// Width of one check in units of the drawing.
const BAR: usize = 3;
/// Height of the drawing.
const HEIGHT: f64 = 24.0;

/// The last checks from left to right: a bar as high as the check was slow, on a logarithmic scale from 0.1 ms to 10 s;
/// one that failed is of full height and of another colour.
pub fn check_strip(checks: &[CheckMark]) -> AnyView {
    let shown = &checks[checks.len().saturating_sub(SHOWN)..];
    let failed = shown.iter().filter(|check| check.failure.is_some()).count();
    let slowest = shown.iter().filter(|c| c.failure.is_none()).map(|c| c.took_us).max().unwrap_or(0);
    let label = match (shown.len(), failed) {
        (0, _) => "no checks yet".to_owned(),
        (all, 0) => format!("last {all} checks passed, the slowest in {:.1} ms", slowest as f64 / 1000.0),
        (all, failed) => format!("{failed} of the last {all} checks failed"),
    };
    let title = label.clone();
    let bar = |(i, check): (usize, &CheckMark)| {
        let height = if check.failure.is_some() { HEIGHT } else { high(check.took_us) };
        let class = if check.failure.is_some() { "failed" } else { "passed" };
        view! {
            <rect class=class x=(i * BAR).to_string() y=format!("{:.1}", HEIGHT - height) width=(BAR - 1).to_string() height=format!("{height:.1}")/>
        }
    };
    let width = shown.len().max(1) * BAR;
    view! {
        <svg class="strip" viewBox=format!("0 0 {width} {HEIGHT}") width=width.to_string() height=HEIGHT.to_string() role="img" aria-label=label>
            <title>{title}</title>
            {shown.iter().enumerate().map(bar).collect_view()}
        </svg>
    }
    .into_any()
}

fn high(took_us: u64) -> f64 {
    let decades = (took_us.max(100) as f64 / 100.0).log10();
    3.0 + (HEIGHT - 3.0) * (decades / 5.0).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slower_check_is_higher_and_none_leaves_the_strip() {
        let heights: Vec<f64> = [0, 100, 1000, 100_000, 10_000_000, u64::MAX].map(high).to_vec();
        assert!(heights.is_sorted() && heights[0] == 3.0 && heights[5] == HEIGHT, "{heights:?}");
    }
}
