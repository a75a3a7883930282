use api::health::HealthChangeLine;
use api::view::ServiceDetail;
use leptos::prelude::*;
use model::config::DownResponse;
use model::health::Standing;

use crate::components::{Command, Crumbs, HealthMark, PageHead, Time};
use crate::format;
use crate::islands::AutoRefresh;

use super::members::pool;

/// One service: what it is, what its members say, and why the next answer is what it is.
pub fn detail(view: &ServiceDetail, targets: &[String], now: i64) -> impl IntoView + use<> {
    let service = &view.service;
    let name = service.name.to_string();
    let logs = format!("/logs?filter={}", format::in_query(&format!("service = {name}")));
    let (split, edit) = (format!("/split/{name}"), format!("/services/{name}/edit"));
    let ramp = format!("/services/{name}/ramp");
    let dig = targets.first().map(|address| {
        let (ip, port) = address.rsplit_once(':').unwrap_or((address, "53"));
        format!("dig @{} -p {port} {name}", ip.trim_matches(['[', ']']))
    });
    let monitors: Vec<String> = service.monitors.iter().map(ToString::to_string).collect();
    let lede =
        if service.description.is_empty() { "Service".to_owned() } else { service.description.clone() };
    view! {
        <Crumbs items=vec![("Services".to_owned(), "/services".to_owned())]/>
        <PageHead title=name.clone() lede=lede>
            <AutoRefresh seconds=5/>
            <a class="button" href=split>"Split"</a>
            <a class="button" href=ramp>"Ramp"</a>
            <a class="button" href=logs>"Logs"</a>
            <a class="button primary" href=edit>"Edit"</a>
        </PageHead>
        {(!service.enabled).then(|| view! { <p class="notice warn">"This service is disabled: its name does not exist for clients."</p> })}
        <dl class="facts">
            <div><dt>"TTL"</dt><dd>{format!("{} s", service.ttl)}</dd></div>
            <div><dt>"Addresses per answer"</dt><dd>{if service.answers == 0 { "all".to_owned() } else { service.answers.to_string() }}</dd></div>
            <div><dt>"All members down"</dt><dd>{down_response(&service.down_response)}</dd></div>
            <div><dt>"Monitors"</dt><dd>{if monitors.is_empty() { "none: members count as up".to_owned() } else { monitors.join(", ") }}</dd></div>
        </dl>
        <div data-live="members">{view.pools.iter().map(|p| pool(&name, p, !monitors.is_empty(), now)).collect_view()}</div>
        {changes(view.changes.as_deref(), now)}
        <section class="card">
            <h2>"Why this answer"</h2>
            <div data-live="explanation">
                <ol class="steps">{view.explanation.iter().map(|s| view! { <li class:inner=s.starts_with(' ')>{s.trim().to_owned()}</li> }).collect_view()}</ol>
            </div>
            {dig.map(|text| view! { <Command text=text/> })}
            <Command text=format!("steelyard explain {name} --count 10")/>
        </section>
        <p class="end"><a class="danger" href=format!("/services/{name}/delete")>"Delete this service"</a></p>
    }
}

fn down_response(response: &DownResponse) -> String {
    match response {
        DownResponse::FailOpen => "answer as if all were up".to_owned(),
        DownResponse::AllRecords => "answer every member".to_owned(),
        DownResponse::None => "no answer".to_owned(),
        DownResponse::Empty => "an empty answer".to_owned(),
        DownResponse::Fallback(addresses) => {
            let list: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            format!("answer {}", list.join(", "))
        }
        DownResponse::Cname(name) => format!("an alias for {name}"),
    }
}

/// Changes that a page lists at most.
const LISTED: usize = 20;

/// What happened to the members in the last day, and why.
fn changes(changes: Option<&[HealthChangeLine]>, now: i64) -> AnyView {
    let row = |change: &HealthChangeLine| {
        let why = match (&change.monitor, change.failure) {
            (Some(monitor), Some(code)) => format!("{monitor}: {} ({})", change.detail, code.as_str()),
            (Some(monitor), None) => format!("{monitor}: {}", change.detail),
            (None, _) => change.detail.clone(),
        };
        view! {
            <tr>
                <td><Time at=change.at now=now/></td>
                <th scope="row" class="mono">{change.member.clone()}</th>
                <td><HealthMark health=change.before.health()/></td>
                <td><HealthMark health=change.after.health()/>{stood(&change.after)}</td>
                <td>{change.cause.clone()}</td>
                <td class="wrap">{why}</td>
            </tr>
        }
    };
    let content = match changes {
        None => view! { <p class="muted">"Storage is away: changes are shown when it is back."</p> }.into_any(),
        Some([]) => view! { <p class="muted">"No change in the last day."</p> }.into_any(),
        Some(all) => view! {
            <div class="scroll" tabindex="0" role="region" aria-label="Changes of health">
                <table class="lines">
                    <thead>
                        <tr>
                            <th scope="col">"When"</th><th scope="col">"Member"</th><th scope="col">"From"</th>
                            <th scope="col">"To"</th><th scope="col">"Cause"</th><th scope="col">"Why"</th>
                        </tr>
                    </thead>
                    <tbody>{all.iter().take(LISTED).map(row).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any(),
    };
    view! { <section><h2>"Changes of health"</h2><div data-live="changes">{content}</div></section> }
        .into_any()
}

/// What is decided beside the health.
fn stood(standing: &Standing) -> Option<String> {
    match (standing.forced, standing.held, standing.ramp) {
        (Some(_), ..) => Some(" forced".to_owned()),
        (None, true, _) => Some(" waits".to_owned()),
        (None, false, Some(ramp)) => Some(format!(" step {} of {}", ramp.step, ramp.of)),
        _ => None,
    }
}
