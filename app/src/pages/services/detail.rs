use api::health::HealthChangeLine;
use api::view::{MemberDetail, PoolDetail, ServiceDetail};
use leptos::prelude::*;
use model::config::{Algorithm, DownResponse, Member};
use model::health::Standing;

use crate::charts::check_strip;
use crate::components::{Command, Crumbs, HealthMark, PageHead, Time};
use crate::format;
use crate::islands::AutoRefresh;
use crate::pages::overrides;

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

fn pool(service: &str, detail: &PoolDetail, monitored: bool, now: i64) -> AnyView {
    let pool = &detail.pool;
    let weights: Vec<u64> =
        pool.members.iter().filter(|m| m.enabled).map(|m| u64::from(m.weight.get())).collect();
    let how = match pool.algorithm {
        Algorithm::RoundRobin => format!("Exact weighted round robin, {}", format::period(&weights)),
        other => Algorithm::ALL.iter().find(|(a, _)| *a == other).map_or("", |(_, words)| words).to_owned(),
    };
    let state = (!pool.enabled).then(|| view! { <span class="badge">"disabled"</span> });
    let place = (service, pool.name.as_str());
    let rows = pool
        .members
        .iter()
        .zip(&detail.members)
        .map(|(m, d)| member(place, m, d, monitored, now))
        .collect_view();
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
                            <th scope="col"><span class="sr">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// A member's address, with the name it was found by.
fn known_by(member: &Member) -> String {
    match (member.address, &member.fqdn) {
        (Some(address), Some(name)) => format!("{address} ({name})"),
        _ => member.id().to_string(),
    }
}

fn member(place: (&str, &str), member: &Member, detail: &MemberDetail, monitored: bool, now: i64) -> AnyView {
    let (service, pool) = place;
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
            let strip = detail.strips.iter().find(|strip| strip.monitor == check.monitor);
            let monitor = check.monitor.to_string();
            view! { <div class="checked">{strip.map(|strip| check_strip(&strip.checks))}<span><a href=format!("/monitors/{monitor}")>{monitor.clone()}</a>": "{format!("{what}, {:.1} ms, ", check.took_us as f64 / 1000.0)}<Time at=check.at now=now/></span></div> }
                .into_any()
        })
        .collect();
    let checks = match (monitored, checks.is_empty()) {
        (false, _) => "–".into_any(),
        (true, true) => view! { <span class="muted">"not checked yet"</span> }.into_any(),
        (true, false) => checks.into_any(),
    };
    let state = if monitored {
        view! { <HealthMark health=health.health/>{since}{resume(service, pool, member, detail)} }.into_any()
    } else {
        view! { <span class="muted">"not monitored"</span> }.into_any()
    };
    let enabled = (!member.enabled).then(|| view! { <span class="badge">"disabled"</span> });
    let draining = member.draining.then(|| view! { <span class="badge">"draining"</span> });
    let forced = detail.overridden.as_ref().map(overrides::badge);
    let here = format!(
        "service={}&pool={}&member={}",
        format::in_query(service),
        format::in_query(pool),
        format::in_query(&member.id().to_string())
    );
    let actions = view! { <a href=format!("/overrides?{here}")>"Override"</a> };
    let ramp = detail
        .standing
        .ramp
        .map(|ramp| view! { <span class="badge">{format!("step {} of {}", ramp.step, ramp.of)}</span> });
    view! {
        <tr>
            <th scope="row" class="mono">{known_by(member)}{enabled}{draining}{forced}{ramp}</th>
            <td>{place}</td>
            <td class="num">{member.weight.to_string()}</td>
            <td class="num">{format::percent(detail.share, 1)}</td>
            <td>{state}</td>
            <td>{checks}</td>
            <td class="end">{actions}</td>
        </tr>
    }
    .into_any()
}

/// What a member that waits after its recovery needs.
fn resume(service: &str, pool: &str, member: &Member, detail: &MemberDetail) -> Option<AnyView> {
    let address = member.address.filter(|_| detail.standing.held)?.to_string();
    let form = view! {
        <form method="post" action=format!("/services/{service}/resume")>
            <span class="badge">"waits"</span>
            <input type="hidden" name="service" value=service.to_owned()/>
            <input type="hidden" name="pool" value=pool.to_owned()/>
            <input type="hidden" name="address" value=address.clone()/>
            <button class="button" type="submit" aria-label=format!("Resume {address}")>"Resume"</button>
        </form>
    };
    Some(form.into_any())
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
