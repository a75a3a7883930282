//! One segment: its verdict, why, and every member's numbers.

use leptos::prelude::*;
use model::split::{MemberShare, NetworkSplit, Segment, SplitMode};

use super::{Figure, Files};
use crate::charts::{donut, share_bars, swatch};
use crate::components::VerdictMark;
use crate::format;

/// The card of a segment, the `number`th of `of`; `files` are those of its page, where it has any.
pub fn card(number: usize, segment: &Segment, of: usize, files: Option<&Files>) -> AnyView {
    let judged = judged(segment);
    let parts: Vec<(String, u64)> = judged.iter().map(|m| (m.address.to_string(), m.observed)).collect();
    let unit = if segment.networks.is_some() { ("network", "networks") } else { ("answer", "answers") };
    let weights: Vec<String> = segment.members.iter().map(|m| m.weight.to_string()).collect();
    let title = if of > 1 {
        format!("Segment {number} of {of}: weights {}", weights.join(" : "))
    } else {
        format!("Weights {}", weights.join(" : "))
    };
    view! {
        <section class="card segment">
            <div class="segment-head">
                <h2>{title}</h2>
                <VerdictMark verdict=segment.verdict/>
            </div>
            <p class="muted">
                {format!("{}{}", when(segment), mode(segment))}
            </p>
            <p>{segment.reason.clone()}</p>
            {segment.networks.as_ref().map(about_networks)}
            <div class="segment-charts">
                {donut(&format!("Observed {} by member", unit.1), &parts, unit)}
                {share_bars(&judged)}
            </div>
            {members(number, segment, &judged)}
            {files.map(|files| files.links(&format!("the members of segment {number}"), Figure::Members(number)))}
        </section>
    }
    .into_any()
}

/// The members with the numbers that are judged: those of answers, or of networks where a hash of them chose.
pub fn judged(segment: &Segment) -> Vec<MemberShare> {
    let Some(networks) = &segment.networks else { return segment.members.clone() };
    let pairs = segment.members.iter().zip(&networks.members);
    let of = |(member, seen): (&MemberShare, &model::split::NetworkShare)| MemberShare {
        expected_share: seen.expected_share,
        observed: seen.networks,
        share: seen.share,
        ci_low: seen.ci_low,
        ci_high: seen.ci_high,
        deviation: seen.deviation,
        ..member.clone()
    };
    pairs.map(of).collect()
}

fn mode(segment: &Segment) -> String {
    let tested = |what: &str| match segment.p_value {
        // Rounded up, since it is a bound.
        Some(p) => {
            let most = (p * 10_000.0).ceil() / 10_000.0;
            format!("{what}, at every look: G = {:.2}, p at most {most:.4}", segment.statistic)
        }
        None => format!("{what}, at every look"),
    };
    match segment.mode {
        SplitMode::Exact => "judged by the bound of the exact schedule".to_owned(),
        SplitMode::Random => tested("judged as draws"),
        SplitMode::Hashed => tested("judged by client networks, each a draw by the slots of the hash"),
        SplitMode::ByClient => "not judged: who is answered what depends on who asks".to_owned(),
    }
}

/// What a reader has to know before reading shares of networks.
fn about_networks(networks: &NetworkSplit) -> AnyView {
    let read = match networks.cut_at {
        Some(at) => format!(
            "Read from the newest rows of the log, since {} UTC: {}.",
            format::date_time(at),
            format::count(networks.rows, "row", "rows")
        ),
        None => format!("Read from {} of the log.", format::count(networks.rows, "row", "rows")),
    };
    view! {
        <p class="muted">
            "A hash of the client's network chooses, so that networks are counted, each once, and not answers: a resolver that asks \
             a thousand times has one member still. Rows that a throttle left out take networks away whatever their member, which does \
             not bend these shares. "
            {read}
        </p>
    }
    .into_any()
}

fn members(number: usize, segment: &Segment, judged: &[MemberShare]) -> AnyView {
    let networks = segment.networks.is_some();
    let total: u64 = judged.iter().map(|m| m.observed).sum();
    let total = if networks { total } else { segment.answered };
    let rows: Vec<AnyView> = judged
        .iter()
        .zip(&segment.members)
        .enumerate()
        .map(|(i, (m, answers))| {
            let expected = total as f64 * m.expected_share;
            let answers = networks.then(|| view! { <td class="num">{format::thousands(answers.observed)}</td> });
            view! {
                <tr>
                    <th scope="row" class="mono">{swatch(i)}" "{m.address.to_string()}</th>
                    <td>{m.site.clone().unwrap_or_else(|| "–".to_owned())}</td>
                    <td class="num">{m.weight.to_string()}</td>
                    {answers}
                    <td class="num strong">{format::thousands(m.observed)}</td>
                    <td class="num">{format::tenths(expected)}</td>
                    <td class="num">{format::deviation(m.deviation)}</td>
                    <td class="num">{format::percent(m.expected_share, 2)}</td>
                    <td class="num strong">{format::percent(m.share, 2)}</td>
                    <td class="num muted">{format!("{} to {}", format::percent(m.ci_low, 2), format::percent(m.ci_high, 2))}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let answers = networks.then(|| view! { <th scope="col" class="num">"Answers"</th> });
    let counted = if networks { "Networks" } else { "Answers" };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=format!("Members of segment {number}")>
            <table class="lines">
                <thead>
                    <tr>
                        <th scope="col">"Member"</th><th scope="col">"Site"</th><th scope="col" class="num">"Weight"</th>
                        {answers}
                        <th scope="col" class="num">{counted}</th><th scope="col" class="num">"Expected"</th>
                        <th scope="col" class="num">"Deviation"</th><th scope="col" class="num">"Expected share"</th>
                        <th scope="col" class="num">"Observed share"</th><th scope="col" class="num">"95 % interval"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// From when to when it was; a file may not say it, and says nothing of generations.
fn when(segment: &Segment) -> String {
    let span = || format!("{} to {} UTC", format::date_time(segment.from), format::date_time(segment.to));
    match (segment.from, segment.generation) {
        (0, 0) => String::new(),
        (_, 0) => format!("{}, ", span()),
        (_, generation) => format!("{}, generation {generation}, ", span()),
    }
}
