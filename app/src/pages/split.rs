//! The split: what was answered, beside what the weights asked for, and whether the two agree.

use api::view::{ServiceLine, SplitView};
use leptos::prelude::*;
use model::split::{Segment, SplitMode, SplitReport, Totals, Verdict};

use crate::charts::{Bars, donut, share_bars, stacked_bars};
use crate::components::{Command, Crumbs, Empty, Notice, NoticeKind, PageHead, Stat, VerdictMark};
use crate::format;
use crate::islands::{AutoRefresh, ExportButton};
use crate::pages::services::service_table;

const WINDOWS: [&str; 6] = ["5m", "15m", "1h", "6h", "1d", "7d"];

/// Which services there are to look at.
pub fn list(lines: &[ServiceLine]) -> impl IntoView + use<> {
    let content = if lines.is_empty() {
        view! {
            <Empty title="No service to compare yet" text="The split of a service compares the answers it gave with the weights in force then.">
                <a class="button primary" href="/services/new">"Create a service"</a>
            </Empty>
        }
        .into_any()
    } else {
        service_table(lines)
    };
    view! {
        <PageHead title="Split" lede="Observed answers against configured weights, with a verdict"/>
        {content}
    }
}

/// The proof for one service.
pub fn detail(service: &str, view: &SplitView, now: i64) -> impl IntoView + use<> {
    let windows: Vec<AnyView> = WINDOWS
        .iter()
        .map(|window| {
            let here = *window == view.since;
            view! { <a href=format!("/split/{service}?since={window}") aria-current=here.then_some("true")>{*window}</a> }.into_any()
        })
        .collect();
    let filter = format::in_query(&format!("service = {service}"));
    let export = format!("/logs/export.csv?filter={filter}&since={}", view.since);
    view! {
        <Crumbs items=vec![("Split".to_owned(), "/split".to_owned()), (service.to_owned(), format!("/services/{service}"))]/>
        <PageHead title=service.to_owned() lede="Observed answers against the weights in force">
            <AutoRefresh seconds=5/>
            <nav class="segmented" aria-label="Window">{windows}</nav>
        </PageHead>
        <div data-live="split">{report(service, view, now)}</div>
        <section class="card">
            <h2>"Check it yourself"</h2>
            <p class="muted">"The same verdict on the command line, or from any exported CSV with a column of answered addresses."</p>
            <Command text=format!("steelyard split {service} --since {}", view.since)/>
            <p><ExportButton href=export/></p>
        </section>
    }
}

fn report(service: &str, view: &SplitView, now: i64) -> AnyView {
    let Some(report) = &view.report else {
        return view! {
            <Notice kind=NoticeKind::Warn>"The split is read from storage, which is away. Counting goes on in memory."</Notice>
        }
        .into_any();
    };
    if report.segments.is_empty() {
        let ask = format!("/services/{service}");
        return view! {
            <Empty title="No answer in this window" text="Choose a longer window, or ask for the name.">
                <a class="button" href=ask>"How to ask"</a>
            </Empty>
        }
        .into_any();
    }
    let order: Vec<String> = report
        .segments
        .last()
        .map(|s| s.members.iter().map(|m| m.address.to_string()).collect())
        .unwrap_or_default();
    let series = stacked_bars(&Bars {
        title: "Answers over time by member",
        from: report.from,
        to: report.to.min(now),
        step: view.step,
        points: &view.series,
        order: &order,
        unit: "answers",
        markers: &view.markers,
    });
    let segments: Vec<AnyView> = report
        .segments
        .iter()
        .enumerate()
        .rev()
        .map(|(i, s)| segment(i + 1, s, report.segments.len()))
        .collect();
    view! {
        {headline(report)}
        {totals(&report.totals)}
        <section class="card"><h2>"Answers over time"</h2>{series}</section>
        {segments}
    }
    .into_any()
}

fn headline(report: &SplitReport) -> AnyView {
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

fn totals(totals: &Totals) -> AnyView {
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

fn segment(number: usize, segment: &Segment, of: usize) -> AnyView {
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
