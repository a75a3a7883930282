//! Monitors: the list, one of them with a test of it, the form, and the end of one.

mod detail;
mod form;

use api::view::MonitorLine;
use leptos::prelude::*;
use model::Problems;
use model::config::{Monitor, MonitorKind};

pub use detail::{MonitorDetail, MonitoredMember, detail};
pub use form::form;

pub use super::FormMode;
use super::{Carried, suspicion};
use crate::components::{Crumbs, Empty, Notice, NoticeKind, PageHead, ProblemSummary, Reason, icon};

/// Type and port, as `HTTP on port 80`.
fn where_to(monitor: &Monitor) -> String {
    let kind = match monitor.kind {
        MonitorKind::Grpc => "gRPC".to_owned(),
        MonitorKind::Script => "Script".to_owned(),
        other => other.as_str().to_uppercase(),
    };
    match monitor.dialled_port() {
        Some(port) => format!("{kind} on port {port}"),
        None => kind,
    }
}

/// What a monitor asks for, in a line.
fn watched_for(monitor: &Monitor) -> String {
    match monitor.kind {
        MonitorKind::Http | MonitorKind::Https => {
            monitor.request.clone().unwrap_or_else(|| "GET / HTTP/1.1".to_owned())
        }
        MonitorKind::Tcp if monitor.half_open => "connects and resets".to_owned(),
        MonitorKind::Tcp | MonitorKind::Udp => match (&monitor.send, &monitor.expect) {
            (_, Some(expect)) => format!("expects {expect}"),
            (Some(send), None) => format!("sends {send}"),
            (None, None) => "connects".to_owned(),
        },
        MonitorKind::Tls => match monitor.tls.as_ref().and_then(|tls| tls.minimum_days) {
            Some(days) => format!("certificate valid for {days} days"),
            None => "handshake".to_owned(),
        },
        MonitorKind::Dns => {
            monitor.query.as_ref().map(|q| format!("{} {}", q.name, q.rr_type)).unwrap_or_default()
        }
        MonitorKind::Icmp => "echo".to_owned(),
        MonitorKind::Grpc => monitor.service.clone().unwrap_or_else(|| "whole server".to_owned()),
        MonitorKind::Script => {
            monitor.script.as_ref().map(|script| script.name.to_string()).unwrap_or_default()
        }
    }
}

/// The list.
pub fn list(lines: &[MonitorLine], suspects: Option<i64>, now: i64) -> impl IntoView + use<> {
    let row = |line: &MonitorLine| {
        let monitor = &line.monitor;
        let name = monitor.name.to_string();
        let what = watched_for(monitor);
        view! {
            <tr>
                <th scope="row"><a href=format!("/monitors/{name}")>{name.clone()}</a></th>
                <td>{where_to(monitor)}</td>
                <td class="mono">{what}</td>
                <td class="num">{format!("{} / {}", monitor.interval, monitor.timeout)}</td>
                <td class="num">{format!("{} / {}", monitor.failures, monitor.successes)}</td>
                <td class="num">{line.services.len().to_string()}</td>
            </tr>
        }
        .into_any()
    };
    let content = if lines.is_empty() {
        view! {
            <Empty title="No monitor yet" text="A monitor checks every member of the services that name it. A member that fails leaves the answers; when all fail, the service fails open.">
                <a class="button primary" href="/monitors/new">"Create a monitor"</a>
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <div class="scroll" tabindex="0" role="region" aria-label="Monitors">
                <table class="lines">
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th><th scope="col">"Checks"</th><th scope="col">"Request"</th>
                            <th scope="col" class="num">"Interval / timeout"</th><th scope="col" class="num">"Down / up after"</th>
                            <th scope="col" class="num">"Services"</th>
                        </tr>
                    </thead>
                    <tbody>{lines.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <PageHead title="Monitors" lede="What makes a member up or down">
            <a class="button primary" href="/monitors/new">{icon("plus")}"New monitor"</a>
        </PageHead>
        {suspects.map(|since| suspicion(since, now, "/monitors"))}
        {content}
    }
}

/// Asks before a monitor is deleted.
pub fn delete(line: &MonitorLine, problems: &Problems, carried: &Carried) -> impl IntoView + use<> {
    let name = line.monitor.name.to_string();
    let warning = if line.services.is_empty() {
        "No service uses it. The change can be reverted in the history.".to_owned()
    } else {
        format!("{} are checked by it: take it out of them first.", line.services.join(", "))
    };
    view! {
        <Crumbs items=vec![("Monitors".to_owned(), "/monitors".to_owned()), (name.clone(), format!("/monitors/{name}"))]/>
        <PageHead title=format!("Delete {name}?")/>
        <ProblemSummary problems=problems.clone()/>
        <Notice kind=NoticeKind::Warn>{warning}</Notice>
        <form method="post" class="fields">
            <input type="hidden" name="generation" value=carried.generation/>
            <Reason value=carried.reason.clone()/>
            <div class="actions">
                <button class="button bad" type="submit">"Delete the monitor"</button>
                <a class="button" href="/monitors">"Keep it"</a>
            </div>
        </form>
    }
}
