use api::view::{MemberDetail, PoolDetail, ServiceDetail};
use leptos::prelude::*;
use model::config::{Algorithm, DownResponse, Member};

use crate::components::{Command, Crumbs, HealthMark, PageHead, Time};
use crate::format;
use crate::islands::AutoRefresh;

/// One service: what it is, what its members say, and why the next answer is what it is.
pub fn detail(view: &ServiceDetail, targets: &[String], now: i64) -> impl IntoView + use<> {
    let service = &view.service;
    let name = service.name.to_string();
    let logs = format!("/logs?filter={}", format::in_query(&format!("service = {name}")));
    let (split, edit) = (format!("/split/{name}"), format!("/services/{name}/edit"));
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
        <div data-live="members">{view.pools.iter().map(|p| pool(p, !monitors.is_empty(), now)).collect_view()}</div>
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

fn pool(detail: &PoolDetail, monitored: bool, now: i64) -> AnyView {
    let pool = &detail.pool;
    let weights: Vec<u64> =
        pool.members.iter().filter(|m| m.enabled).map(|m| u64::from(m.weight.get())).collect();
    let how = match pool.algorithm {
        Algorithm::RoundRobin => format!("Exact weighted round robin, {}", format::period(&weights)),
        other => Algorithm::ALL.iter().find(|(a, _)| *a == other).map_or("", |(_, words)| words).to_owned(),
    };
    let state = (!pool.enabled).then(|| view! { <span class="badge">"disabled"</span> });
    let rows =
        pool.members.iter().zip(&detail.members).map(|(m, d)| member(m, d, monitored, now)).collect_view();
    view! {
        <section>
            <h2>{format!("Pool {}", pool.name)}" "<span class="muted">{format!("priority {}", pool.priority)}</span>{state}</h2>
            <p class="muted">{how}</p>
            <div class="scroll" tabindex="0" role="region" aria-label=format!("Members of pool {}", pool.name)>
                <table class="lines">
                    <thead>
                        <tr>
                            <th scope="col">"Address"</th><th scope="col">"Location"</th><th scope="col" class="num">"Weight"</th>
                            <th scope="col" class="num">"Share"</th><th scope="col">"Health"</th><th scope="col">"Last check"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn member(member: &Member, detail: &MemberDetail, monitored: bool, now: i64) -> AnyView {
    let place = match (&member.location, &detail.site) {
        (Some(location), Some(site)) => format!("{location} ({site})"),
        (Some(location), None) => location.to_string(),
        _ => "–".to_owned(),
    };
    let health = &detail.health;
    let since = (health.since > 0)
        .then(|| view! { <span class="muted">" since "<Time at=health.since now=now/></span> });
    let checks: Vec<AnyView> = health
        .checks
        .iter()
        .map(|check| {
            let what = check.failure.map_or_else(|| check.detail.clone(), |code| format!("{} ({})", check.detail, code.as_str()));
            view! { <div>{format!("{}: {what}, {:.1} ms, ", check.monitor, check.took_us as f64 / 1000.0)}<Time at=check.at now=now/></div> }
                .into_any()
        })
        .collect();
    let checks = match (monitored, checks.is_empty()) {
        (false, _) => "–".into_any(),
        (true, true) => view! { <span class="muted">"not checked yet"</span> }.into_any(),
        (true, false) => checks.into_any(),
    };
    let state = if monitored {
        view! { <HealthMark health=health.health/>{since} }.into_any()
    } else {
        view! { <span class="muted">"not monitored"</span> }.into_any()
    };
    let enabled = (!member.enabled).then(|| view! { <span class="badge">"disabled"</span> });
    view! {
        <tr>
            <th scope="row" class="mono">{member.id().to_string()}{enabled}</th>
            <td>{place}</td>
            <td class="num">{member.weight.to_string()}</td>
            <td class="num">{format::percent(detail.share, 1)}</td>
            <td>{state}</td>
            <td>{checks}</td>
        </tr>
    }
    .into_any()
}
