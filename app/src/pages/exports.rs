//! Exports of the query log: what runs, what waits, what can be fetched, and what was.

use api::export::{ExportKind, ExportLine, ExportState};
use leptos::prelude::*;

use crate::components::{Crumbs, Empty, Notice, NoticeKind, PageHead, Time};
use crate::format;
use crate::islands::{AutoRefresh, CopyClicks};

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct ExportsView {
    /// Newest first; none when storage is away.
    pub lines: Option<Vec<ExportLine>>,
    /// The number before which the next page begins.
    pub next: Option<i64>,
    /// Who looks.
    pub actor: String,
    /// Whether they may end and remove the exports of others.
    pub operator: bool,
}

/// The page.
pub fn list(view: &ExportsView, now: i64) -> impl IntoView + use<> {
    let refresh = view.lines.iter().flatten().any(|line| line.state.is_open());
    view! {
        <Crumbs items=vec![("Logs".to_owned(), "/logs".to_owned())]/>
        <PageHead title="Exports" lede="Files made of the query log. A job's file is kept for seven days, the history for 90.">
            <CopyClicks/>
            {refresh.then(|| view! { <AutoRefresh seconds=2/> })}
        </PageHead>
        <div data-live="exports">{content(view, now)}</div>
    }
}

fn content(view: &ExportsView, now: i64) -> AnyView {
    let Some(lines) = &view.lines else {
        return view! { <Notice kind=NoticeKind::Warn>"Exports are read from storage, which is away."</Notice> }
            .into_any();
    };
    if lines.is_empty() {
        return view! {
            <Empty title="Nothing was exported yet" text="The Logs page exports the rows it shows: as a download, or in the background when there are many.">
                <a class="button primary" href="/logs">"To the logs"</a>
            </Empty>
        }
        .into_any();
    }
    let rows: Vec<AnyView> = lines.iter().map(|one| row(one, view, now)).collect();
    let next = view
        .next
        .map(|id| view! { <a class="button" href=format!("/logs/exports?before={id}")>"Older exports"</a> });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Exports of the query log">
            <table class="lines exports">
                <thead>
                    <tr>
                        <th scope="col" class="num">"No."</th><th scope="col">"State"</th><th scope="col">"What"</th>
                        <th scope="col" class="num">"Rows"</th><th scope="col" class="num">"Size"</th>
                        <th scope="col">"Asked"</th><th scope="col">"SHA-256"</th>
                        <th scope="col"><span class="sr">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="page-foot">
            <span class="muted">{format!("{} shown, newest first", format::count(lines.len() as u64, "export", "exports"))}</span>
            {next}
        </p>
    }
    .into_any()
}

fn row(line: &ExportLine, view: &ExportsView, now: i64) -> AnyView {
    let rows = match line.total.filter(|total| line.state != ExportState::Done && *total > 0) {
        Some(total) => format!("{} of {}", format::thousands(line.rows), format::thousands(total)),
        None => format::thousands(line.rows),
    };
    let size = if line.bytes > 0 { format::octets(line.bytes) } else { "–".to_owned() };
    view! {
        <tr>
            <th scope="row" class="num">{line.id.to_string()}</th>
            <td>{state(line, now)}</td>
            <td class="what">{what(line)}</td>
            <td class="num">{rows}</td>
            <td class="num">{size}</td>
            <td><Time at=line.asked now=now/><span class="muted">{format!(" by {}", line.actor)}</span></td>
            <td>{line.sha256.clone().map(digest)}</td>
            <td class="row-actions">{actions(line, view)}</td>
        </tr>
    }
    .into_any()
}

fn state(line: &ExportLine, now: i64) -> AnyView {
    let (class, shape) = match line.state {
        ExportState::Done => ("mark up", "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z"),
        ExportState::Failed => ("mark down", "M8 13.500 2.500 4h11Z"),
        ExportState::Running | ExportState::Queued => ("mark unknown", "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z"),
        ExportState::Cancelled | ExportState::Expired => {
            ("mark", "M8 5.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5Z")
        }
    };
    let bar = (line.state == ExportState::Running).then(|| {
        let share = line.total.filter(|total| *total > 0).map(|total| line.rows as f64 / total as f64);
        let label = format!("Progress of export {}", line.id);
        view! { <progress class="export-bar" max="1" value=share.map(|share| format!("{share:.3}")) aria-label=label></progress> }
    });
    let more = match line.state {
        ExportState::Failed | ExportState::Cancelled => line.error.clone(),
        ExportState::Done => line.expires.map(|at| {
            let hours = (at - now).max(0) / 3_600_000_000;
            if hours >= 48 {
                format!("kept for {} more days", hours / 24)
            } else {
                format!("kept for {hours} more h")
            }
        }),
        _ => None,
    };
    view! {
        <span class=class>
            <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d=shape></path></svg>
            {line.state.as_str()}
        </span>
        {bar}
        {more.map(|text| view! { <span class="why">{text}</span> })}
    }
    .into_any()
}

fn what(line: &ExportLine) -> AnyView {
    let how = match line.kind {
        ExportKind::Direct => "download",
        ExportKind::Job => "job",
    };
    let filter = (!line.filter.is_empty()).then(|| view! { <code>{line.filter.clone()}</code> });
    view! {
        <span>{format!("{} {how}, columns {}", line.format.to_uppercase(), line.columns)}</span>
        <span class="muted">{format!("{} to {} UTC", format::date_time(line.from), format::date_time(line.to))}</span>
        {filter}
    }
    .into_any()
}

fn digest(text: String) -> AnyView {
    let short: String = text.chars().take(12).collect();
    view! {
        <code class="sha" title=text.clone()>{short}"…"</code>
        <button type="button" class="quiet copy" data-copy=text>"Copy"</button>
    }
    .into_any()
}

fn actions(line: &ExportLine, view: &ExportsView) -> AnyView {
    let own = view.operator || line.actor == view.actor;
    let fetch = (line.kind == ExportKind::Job && line.state == ExportState::Done).then(|| {
        let label = format!("Download export {}", line.id);
        view! { <a class="button" href=format!("/logs/exports/{}/file", line.id) download="" aria-label=label>"Download"</a> }
    });
    let word = if line.state.is_open() { "Cancel" } else { "Remove" };
    let end = own.then(|| {
        let label = format!("{word} export {}", line.id);
        view! {
            <form method="post" action=format!("/logs/exports/{}/end", line.id)>
                <button type="submit" class="quiet" aria-label=label>{word}</button>
            </form>
        }
    });
    view! { {fetch}{end} }.into_any()
}
