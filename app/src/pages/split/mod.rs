//! The split: what was answered, beside what the weights asked for, and whether the two agree.

mod headline;
pub mod import;
mod segment;

use api::view::{ServiceLine, SplitView};
use leptos::prelude::*;

use crate::charts::{Bars, stacked_bars};
use crate::components::{Command, Crumbs, Empty, Notice, NoticeKind, PageHead};
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
        <PageHead title="Split" lede="Observed answers against configured weights, with a verdict">
            <a class="button" href="/split/import">"Judge an exported log"</a>
        </PageHead>
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
            <p class="muted">"The same verdict on the command line, or from "<a href=format!("/split/import?service={service}")>"any exported CSV"</a>" with a column of answered addresses."</p>
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
        .map(|(i, s)| segment::card(i + 1, s, report.segments.len()))
        .collect();
    view! {
        {headline::verdict(report)}
        {headline::totals(&report.totals)}
        <section class="card"><h2>"Answers over time"</h2>{series}</section>
        {segments}
    }
    .into_any()
}
