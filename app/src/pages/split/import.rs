//! The verdict on an exported log that is dropped here: the same numbers and charts as for a service that is live.

use std::net::IpAddr;

use leptos::prelude::*;
use model::Problems;
use model::split::SplitReport;

use super::{headline, segment};
use crate::charts::{Bars, stacked_bars};
use crate::components::{
    Command, Crumbs, Field, FileDrop, Notice, NoticeKind, PageHead, ProblemSummary, Select, Stat,
};
use crate::format;
use crate::pages::error_of;

/// The form as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportForm {
    /// The service whose weights were in force.
    pub service: String,
    /// The weights, where they are written.
    pub expect: String,
    /// The column of the answers, where it is named.
    pub column: String,
}

/// What came of a file.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Its name.
    pub file: String,
    /// The verdict.
    pub report: SplitReport,
    /// The column that was read.
    pub column: String,
    /// Rows of the file.
    pub rows: u64,
    /// Those without an answer.
    pub empty: u64,
    /// Those that answered the other family.
    pub other_family: u64,
    /// Those whose answer is no address.
    pub unreadable: u64,
    /// Addresses nobody expected, with their rows.
    pub strangers: Vec<(IpAddr, u64)>,
    /// The column of times; none when the file has none that is known.
    pub time: Option<String>,
    /// Rows without a time.
    pub timeless: u64,
    /// Answers over time: start of a bar, address, answers.
    pub bars: Vec<(i64, String, u64)>,
    /// Length of a bar, microseconds.
    pub step: i64,
}

/// The page: the form, below what came of the file if one was sent.
pub fn import(
    form: &ImportForm,
    services: &[String],
    problems: &Problems,
    imported: Option<&Imported>,
) -> impl IntoView + use<> {
    let none = ("".to_owned(), "None: I write them out".to_owned());
    let options = std::iter::once(none).chain(services.iter().map(|name| (name.clone(), name.clone())));
    let options: Vec<(String, String)> = options.collect();
    let result = imported.map(result);
    let title = if imported.is_some() { "Judge another file" } else { "The file" };
    let form = view! {
        <form method="post" action="/split/import" enctype="multipart/form-data" class="card fields">
            <h2 class="wide">{title}</h2>
            <Select label="Weights of" name="service" value=form.service.clone() options=options error=error_of(problems, "service")
                hint="As they are configured now"/>
            <Field label="Or the weights that were in force" name="expect" value=form.expect.clone() class="mono"
                placeholder="10.10.25.46=6,10.10.26.40=3,10.10.23.40=1" hint="Each address with its weight; taken before the service's"
                error=error_of(problems, "expect")/>
            <Field label="Column" name="column" value=form.column.clone() class="mono" placeholder="answers"
                hint="Only when it is not found by itself: ours, Avi's 87 columns, Route 53 by Athena, DNS-collector (BIND, dnsdist, Knot, Unbound), Zeek, Elastic, Cloudflare and Cloud DNS are known"
                error=error_of(problems, "column")/>
            <FileDrop label="File" name="file" error=error_of(problems, "file").or_else(|| error_of(problems, "csv"))
                hint="Drop a CSV here or choose one, at most 2 GiB. It is read while it is sent; nothing of it is kept"/>
            <div class="actions wide"><button class="button primary" type="submit">"Judge"</button></div>
        </form>
    }
    .into_any();
    view! {
        <Crumbs items=vec![("Split".to_owned(), "/split".to_owned())]/>
        <PageHead title="Judge an exported log" lede="The verdict and the charts of the Split page, from any CSV with a column of answers"/>
        <ProblemSummary problems=problems.clone()/>
        {result}
        {form}
        <section class="card">
            <h2>"Without sending it"</h2>
            <p class="muted">"The same on the machine where the file is, with the verdict as the exit status."</p>
            <Command text="steelyard split --csv log.csv --expect 10.10.25.46=6,10.10.26.40=3,10.10.23.40=1"/>
        </section>
    }
}

fn result(imported: &Imported) -> AnyView {
    let report = &imported.report;
    let segments: Vec<AnyView> = report.segments.iter().map(|one| segment::card(1, one, 1, None)).collect();
    let left_out = imported.empty + imported.other_family;
    let hint = format!(
        "{} without an address, {} of the other family",
        format::thousands(imported.empty),
        format::thousands(imported.other_family)
    );
    let answered = report.segments.iter().map(|one| one.answered).sum::<u64>();
    let strangers: u64 = imported.strangers.iter().map(|(_, rows)| rows).sum();
    view! {
        <div class="imported">
        {headline::verdict(report)}
        <div class="stats">
            <Stat label="Rows" value=format::thousands(imported.rows) hint=imported.file.clone()/>
            <Stat label="Answers judged" value=format::thousands(answered) hint=format!("column {}", imported.column)/>
            <Stat label="Not judged" value=format::thousands(left_out) hint=hint/>
            <Stat label="Not expected" value=format::thousands(strangers + imported.unreadable)
                hint=format!("{} of them no address", format::thousands(imported.unreadable))/>
        </div>
        {named(&imported.strangers)}
        {over_time(imported)}
        {segments}
        </div>
    }
    .into_any()
}

/// The addresses nobody expected, the most frequent first.
fn named(strangers: &[(IpAddr, u64)]) -> Option<AnyView> {
    if strangers.is_empty() {
        return None;
    }
    let list: Vec<String> =
        strangers.iter().map(|(a, rows)| format!("{a} ({})", format::thousands(*rows))).collect();
    let text = format!("Answered and not expected: {}.", list.join(", "));
    Some(view! { <Notice kind=NoticeKind::Warn>{text}</Notice> }.into_any())
}

fn over_time(imported: &Imported) -> AnyView {
    let Some(time) = imported.time.as_ref().filter(|_| !imported.bars.is_empty()) else {
        return view! { <Notice kind=NoticeKind::Info>"The file has no column of times that is known, so that there is no chart over time."</Notice> }
            .into_any();
    };
    let report = &imported.report;
    let members = report.segments.iter().flat_map(|one| &one.members).map(|m| m.address.to_string());
    let others = imported.bars.iter().any(|(_, part, _)| part == OTHERS).then(|| OTHERS.to_owned());
    let order: Vec<String> = members.chain(others).collect();
    let chart = stacked_bars(&Bars {
        title: "Answers over time by member",
        from: report.from,
        to: report.to,
        step: imported.step,
        points: &imported.bars,
        order: &order,
        unit: "answers",
        markers: &[],
    });
    let left = (imported.timeless > 0).then(|| {
        let rows = format::count(imported.timeless, "row", "rows");
        view! { <p class="muted">{format!("{rows} without a time in column {time} are judged and not shown here.")}</p> }
    });
    view! { <section class="card"><h2>"Answers over time"</h2>{chart}{left}</section> }.into_any()
}

/// What all that nobody expected is called in the chart.
pub const OTHERS: &str = "others";
