//! The split: what was answered, beside what the weights asked for, and whether the two agree.

mod figures;
mod headline;
pub mod import;
mod over_time;
mod segment;
mod who;

use api::view::{ServiceLine, SplitView};
use leptos::prelude::*;
use model::split::{SplitReport, Verdict};

use crate::charts::{chart_data, chart_files};
use crate::components::{Command, Crumbs, Empty, FileDrop, Notice, NoticeKind, PageHead};
use crate::format;
use crate::islands::{AutoRefresh, ExportButton};
use crate::pages::services::service_table;

pub use figures::{Figure, Figures};

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
pub fn detail(service: &str, view: &SplitView) -> impl IntoView + use<> {
    let windows: Vec<AnyView> = WINDOWS
        .iter()
        .map(|window| {
            let here = *window == view.since;
            view! { <a href=format!("/split/{service}?since={window}") aria-current=here.then_some("true")>{*window}</a> }.into_any()
        })
        .collect();
    let filter = format::in_query(&format!("service = {service}"));
    let export = format!("/logs/export.csv?filter={filter}&since={}", view.since);
    let ramp = format!("/services/{service}/ramp");
    view! {
        <Crumbs items=vec![("Split".to_owned(), "/split".to_owned()), (service.to_owned(), format!("/services/{service}"))]/>
        <PageHead title=service.to_owned() lede="Observed answers against the weights in force">
            <AutoRefresh seconds=5/>
            <a class="button" href=ramp>"Canary ramp"</a>
            <nav class="segmented" aria-label="Window">{windows}</nav>
        </PageHead>
        <div data-live="split">{report(service, view)}</div>
        {who(service, view)}
        <div class="multiples">
            <section class="card">
                <h2>"Check it yourself"</h2>
                <p class="muted">"The rows behind these numbers, and the same verdict on the command line."</p>
                <Command text=format!("steelyard split {service} --since {}", view.since)/>
                <div><ExportButton href=export/></div>
            </section>
            <form method="post" action="/split/import" enctype="multipart/form-data" class="card fields">
                <h2 class="wide">"Judge an exported log"</h2>
                <input type="hidden" name="service" value=service.to_owned()/>
                <FileDrop label="Any CSV with a column of answers" name="file" hint="Drop it here or choose it; it is held against the weights of this service as they are now"/>
                <div class="actions wide">
                    <button class="button" type="submit">"Judge"</button>
                    <a href=format!("/split/import?service={service}")>"Other weights or another column"</a>
                </div>
            </form>
        </div>
    }
}

fn report(service: &str, view: &SplitView) -> AnyView {
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
    let Some(figures) = Figures::of(view) else { return ().into_any() };
    let files = Files::of(service, report);
    let last = report.segments.len();
    // What failed is shown whole; what passed before the weights of now is folded up.
    let is_open = |number: usize, verdict: Verdict| number + 2 > last || verdict == Verdict::Fail;
    let cards = |open: bool| -> Vec<AnyView> {
        let all = report.segments.iter().enumerate().rev().map(|(i, s)| (i + 1, s));
        let wanted = all.filter(|(number, s)| is_open(*number, s.verdict) == open);
        wanted.map(|(number, s)| segment::card(number, s, last, Some(&files))).collect()
    };
    let earlier = cards(false);
    let folded = (!earlier.is_empty()).then(|| {
        let count = format::count(earlier.len() as u64, "earlier segment", "earlier segments");
        view! {
            <details class="card earlier">
                <summary>{count}" that did not fail"</summary>
                <div class="stack">{earlier}</div>
            </details>
        }
    });
    view! {
        {headline::verdict(report)}
        {headline::totals(&report.totals)}
        {cards(true)}
        {folded}
        {over_time::section(view, &figures, &files)}
    }
    .into_any()
}

/// Who asked stands still while the rest is live: it is read from many rows.
fn who(service: &str, view: &SplitView) -> Option<AnyView> {
    let report = view.report.as_ref().filter(|report| !report.segments.is_empty())?;
    Some(who::section(view, &Figures::of(view)?, &Files::of(service, report)))
}

/// Where the charts of a page are as files: of the same window, whatever the time when they are fetched.
pub struct Files {
    base: String,
    query: String,
}

impl Files {
    fn of(service: &str, report: &SplitReport) -> Files {
        let query = format!("from={}&to={}", format::rfc3339(report.from), format::rfc3339(report.to));
        Files { base: format!("/split/{}/chart/", format::in_query(service)), query }
    }

    /// The table of a figure, folded up, and its files.
    pub fn data(&self, figures: &Figures<'_>, figure: Figure) -> Option<AnyView> {
        let sheet = figures.sheet(figure)?;
        Some(chart_data(&sheet, &format!("{}{figure}", self.base), &self.query))
    }

    /// The files of a figure that has its table already.
    pub fn links(&self, title: &str, figure: Figure) -> AnyView {
        chart_files(title, &format!("{}{figure}", self.base), &self.query)
    }
}
