//! Overrides of measured health: those in force, and the form that makes one.

use leptos::prelude::*;
use model::Problems;
use model::health::{Health, Override};

use super::error_of;
use crate::components::{Crumbs, Empty, Field, HealthMark, PageHead, ProblemSummary, Select, Time};
use crate::format;

/// An override with the value that takes it back.
#[derive(Clone, Debug)]
pub struct OverrideLine {
    /// The override.
    pub one: Override,
    /// Its target, as the form carries it.
    pub key: String,
}

/// The form as it was typed.
#[derive(Clone, Debug, Default)]
pub struct OverrideDraft {
    /// The target, as the form carries it.
    pub target: String,
    /// `UP` or `DOWN`.
    pub forced: String,
    /// How long, as `1h`; nothing until it is taken back.
    pub lasts: String,
    /// Why.
    pub reason: String,
}

/// How long overrides usually hold.
const SPANS: [(&str, &str); 6] = [
    ("15m", "15 minutes"),
    ("1h", "1 hour"),
    ("4h", "4 hours"),
    ("1d", "1 day"),
    ("7d", "7 days"),
    ("", "Until it is taken back"),
];

/// All of them, and the form. `targets` are (value, label); `service` is the one the form was opened from.
pub fn list(
    lines: &[OverrideLine],
    service: Option<&str>,
    targets: Vec<(String, String)>,
    draft: &OverrideDraft,
    problems: &Problems,
    now: i64,
) -> impl IntoView + use<> {
    let table = if lines.is_empty() {
        view! { <Empty title="No override" text="Every answer goes by what checks say. Force a member up or down here, for as long as you need it."/> }
            .into_any()
    } else {
        view! {
            <div class="scroll" tabindex="0" role="region" aria-label="Overrides">
                <table class="lines">
                    <thead><tr>
                        <th scope="col">"Target"</th><th scope="col">"Forced"</th><th scope="col">"By"</th><th scope="col">"Why"</th>
                        <th scope="col">"Since"</th><th scope="col">"Expires"</th><th scope="col"><span class="sr">"Action"</span></th>
                    </tr></thead>
                    <tbody>{lines.iter().map(|line| row(line, now)).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let crumbs = service.map(|name| {
        let items = vec![
            ("Services".to_owned(), "/services".to_owned()),
            (name.to_owned(), format!("/services/{name}")),
        ];
        view! { <Crumbs items=items/> }
    });
    let spans = SPANS.map(|(value, label)| (value.to_owned(), label.to_owned())).to_vec();
    let forced =
        [("DOWN", "Down: it is not answered"), ("UP", "Up: it is answered, whatever its checks say")];
    let forced = forced.map(|(value, label)| (value.to_owned(), label.to_owned())).to_vec();
    let action = service.map_or_else(
        || "/overrides".to_owned(),
        |name| format!("/overrides?service={}", format::in_query(name)),
    );
    let hint = if service.is_none() { "For a pool or a member, open its service first." } else { "" };
    view! {
        {crumbs}
        <PageHead title="Overrides" lede="What operators decided instead of what checks say. Checks go on, and decide again when an override ends."/>
        {table}
        <section class="card">
            <h2>"Force health"</h2>
            <ProblemSummary problems=problems.clone()/>
            <form method="post" action=action class="fields">
                <Select label="Target" name="target" value=draft.target.clone() options=targets hint=hint class="wide" error=error_of(problems, "target")/>
                <Select label="Forced" name="forced" value=draft.forced.clone() options=forced error=error_of(problems, "forced")/>
                <Select label="For" name="for" value=draft.lasts.clone() options=spans error=error_of(problems, "for")/>
                <Field label="Why" name="reason" value=draft.reason.clone() hint="Others will read it beside the member" error=error_of(problems, "reason")/>
                <div class="actions"><button class="button primary" type="submit">"Force"</button></div>
            </form>
        </section>
    }
}

fn row(line: &OverrideLine, now: i64) -> impl IntoView + use<> {
    let one = &line.one;
    let expires = match one.until {
        Some(until) => {
            view! { <time datetime=format::rfc3339(until) title=format!("{} UTC", format::date_time(until))>{in_words(until - now)}</time> }
                .into_any()
        }
        None => view! { <span class="muted">"when taken back"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{one.target.to_string()}</th>
            <td><HealthMark health=one.forced/></td>
            <td>{one.by.clone()}</td>
            <td>{one.reason.clone()}</td>
            <td><Time at=one.at now=now/></td>
            <td>{expires}</td>
            <td class="end">
                <form method="post" action="/overrides/lift">
                    <input type="hidden" name="target" value=line.key.clone()/>
                    <button class="quiet" type="submit">"Take back"</button>
                </form>
            </td>
        </tr>
    }
}

/// A span to come, microseconds, as `in 45 min`.
fn in_words(span: i64) -> String {
    let minutes = (span / 60_000_000).max(0);
    match minutes {
        0 => "in less than a minute".to_owned(),
        1..120 => format!("in {minutes} min"),
        120..2880 => format!("in {} h", minutes / 60),
        _ => format!("in {} days", minutes / 1440),
    }
}

/// What stands beside a member that is overridden.
pub fn badge(one: &Override) -> AnyView {
    let word = if one.forced == Health::Up { "forced up" } else { "forced down" };
    let why = if one.reason.is_empty() { String::new() } else { format!(": {}", one.reason) };
    view! { <a class="badge" href="/overrides" title=format!("by {}{why}", one.by)>{word}</a> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn what_is_left_of_an_override_is_said_in_its_largest_unit() {
        for (minutes, words) in
            [(0, "in less than a minute"), (59, "in 59 min"), (240, "in 4 h"), (10_080, "in 7 days")]
        {
            assert_eq!(in_words(minutes * 60_000_000 + 1), words);
        }
        assert_eq!(in_words(-5), "in less than a minute");
    }
}
