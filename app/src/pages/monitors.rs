//! Monitors: the list, the form, and the end of one.

use api::draft::MonitorDraft;
use api::view::MonitorLine;
use leptos::prelude::*;
use model::Problems;
use model::config::{Monitor, MonitorKind};

pub use super::FormMode;
use super::{Carried, error_of};
use crate::components::{
    Crumbs, Empty, Field, Notice, NoticeKind, PageHead, ProblemSummary, Reason, Select, icon,
};

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
pub fn list(lines: &[MonitorLine]) -> impl IntoView + use<> {
    let row = |line: &MonitorLine| {
        let monitor = &line.monitor;
        let name = monitor.name.to_string();
        let what = watched_for(monitor);
        view! {
            <tr>
                <th scope="row"><a href=format!("/monitors/{name}/edit")>{name.clone()}</a></th>
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
        {content}
    }
}

/// The form of a monitor.
pub fn form(
    mode: FormMode,
    draft: &MonitorDraft,
    problems: &Problems,
    carried: &Carried,
) -> impl IntoView + use<> {
    let title = match &mode {
        FormMode::New => "New monitor".to_owned(),
        FormMode::Edit(name) => format!("Edit {name}"),
    };
    let delete = match &mode {
        FormMode::New => None,
        FormMode::Edit(name) => Some(
            view! { <p class="end"><a class="danger" href=format!("/monitors/{name}/delete")>"Delete this monitor"</a></p> },
        ),
    };
    let error = |field: &str| error_of(problems, field);
    let kinds = MonitorKind::ALL.map(|(kind, about)| (kind.as_str().to_owned(), about.to_owned())).to_vec();
    view! {
        <Crumbs items=vec![("Monitors".to_owned(), "/monitors".to_owned())]/>
        <PageHead title=title/>
        <ProblemSummary problems=problems.clone()/>
        <form method="post" class="monitor-form">
            <input type="hidden" name="generation" value=carried.generation/>
            <section class="card fields">
                <Field label="Name" name="name" value=draft.name.clone() required=true placeholder="http-hello" error=error("name")/>
                <Select label="Kind" name="kind" value=draft.kind.clone() options=kinds error=error("kind")/>
                <Field label="Port" name="port" value=draft.port.clone() inputmode="numeric" hint="1 to 65535" error=error("port")/>
                <Field label="Request" name="request" value=draft.request.clone() class="mono http-only" placeholder="GET / HTTP/1.1" error=error("request")/>
                <Field label="Host header" name="host" value=draft.host.clone() class="mono http-only" hint="The service's name when empty" error=error("host")/>
                <Field label="Healthy statuses" name="expect_status" value=draft.expect_status.clone() class="http-only"
                    hint="Codes or classes, as 2xx, 304" error=error("expect_status")/>
                <Field label="Interval" name="interval" value=draft.interval.clone() hint="As 10s; 1s to 3600s" error=error("interval")/>
                <Field label="Timeout" name="timeout" value=draft.timeout.clone() hint="Shorter than the interval" error=error("timeout")/>
                <Field label="Failed checks until down" name="failures" value=draft.failures.clone() inputmode="numeric" hint="1 to 50, in a row" error=error("failures")/>
                <Field label="Passed checks until up" name="successes" value=draft.successes.clone() inputmode="numeric" hint="1 to 50, in a row" error=error("successes")/>
            </section>
            <section class="card fields save">
                <Reason value=carried.reason.clone()/>
                <div class="actions">
                    <button class="button primary" type="submit">"Save"</button>
                    <a class="button" href="/monitors">"Cancel"</a>
                </div>
            </section>
        </form>
        {delete}
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
        <Crumbs items=vec![("Monitors".to_owned(), "/monitors".to_owned()), (name.clone(), format!("/monitors/{name}/edit"))]/>
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
