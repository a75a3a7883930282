use api::view::{AddressDetail, MemberDetail, PoolDetail};
use leptos::prelude::*;
use model::config::{Algorithm, Member};

use crate::charts::check_strip;
use crate::components::{HealthMark, Time};
use crate::format;
use crate::pages::overrides;

/// A pool with its members, one in each row.
pub fn pool(service: &str, detail: &PoolDetail, monitored: bool, now: i64) -> AnyView {
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

/// A member's addresses, with the name they were found by.
fn known_by(member: &Member, addresses: &[AddressDetail]) -> String {
    let list: Vec<String> = addresses.iter().map(|one| one.address.to_string()).collect();
    match &member.fqdn {
        Some(name) if !list.is_empty() => format!("{} ({name})", list.join(", ")),
        _ => member.id().to_string(),
    }
}

fn member(place: (&str, &str), member: &Member, detail: &MemberDetail, monitored: bool, now: i64) -> AnyView {
    let (service, pool) = place;
    let home = match (&member.location, &detail.site) {
        (Some(location), Some(site)) => format!("{location} ({site})"),
        (Some(location), None) => location.to_string(),
        _ => "–".to_owned(),
    };
    let several = detail.addresses.len() > 1;
    let each = |show: &dyn Fn(&AddressDetail) -> AnyView| {
        detail.addresses.iter().map(show).collect::<Vec<AnyView>>().into_any()
    };
    let state = match (monitored, detail.addresses.is_empty()) {
        (false, _) => view! { <span class="muted">"not monitored"</span> }.into_any(),
        (true, true) => view! { <span class="muted">"no address yet"</span> }.into_any(),
        (true, false) => each(&|one| state(place, one, several, now)),
    };
    let checks = if monitored { each(&|one| last_checks(one, several, now)) } else { "–".into_any() };
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
    let climbs = detail.addresses.iter().find_map(|one| one.standing.ramp);
    let ramp = climbs
        .map(|ramp| view! { <span class="badge">{format!("step {} of {}", ramp.step, ramp.of)}</span> });
    view! {
        <tr>
            <th scope="row" class="mono">{known_by(member, &detail.addresses)}{enabled}{draining}{forced}{ramp}</th>
            <td>{home}</td>
            <td class="num">{member.weight.to_string()}</td>
            <td class="num">{format::percent(detail.share, 1)}</td>
            <td>{state}</td>
            <td>{checks}</td>
            <td class="end">{actions}</td>
        </tr>
    }
    .into_any()
}

/// Which of several addresses something is about.
fn named(one: &AddressDetail, several: bool) -> Option<AnyView> {
    several.then(|| view! { <span class="muted">{format!("{} ", one.address)}</span> }.into_any())
}

fn state(place: (&str, &str), one: &AddressDetail, several: bool, now: i64) -> AnyView {
    let since = (one.health.since > 0)
        .then(|| view! { <span class="muted">" since "<Time at=one.health.since now=now/></span> });
    view! { <div>{named(one, several)}<HealthMark health=one.health.health/>{since}{resume(place, one)}</div> }
        .into_any()
}

fn last_checks(one: &AddressDetail, several: bool, now: i64) -> AnyView {
    let check = |check: &model::health::LastCheck| {
        let what = check
            .failure
            .map_or_else(|| check.detail.clone(), |code| format!("{} ({})", check.detail, code.as_str()));
        let strip = one.strips.iter().find(|strip| strip.monitor == check.monitor);
        let monitor = check.monitor.to_string();
        view! { <div class="checked">{strip.map(|strip| check_strip(&strip.checks))}<span>{named(one, several)}<a href=format!("/monitors/{monitor}")>{monitor.clone()}</a>": "{format!("{what}, {:.1} ms, ", check.took_us as f64 / 1000.0)}<Time at=check.at now=now/></span></div> }
    };
    if one.health.checks.is_empty() {
        return view! { <div class="muted">{named(one, several)}"not checked yet"</div> }.into_any();
    }
    one.health.checks.iter().map(check).collect_view().into_any()
}

/// What a member that waits after its recovery needs.
fn resume((service, pool): (&str, &str), one: &AddressDetail) -> Option<AnyView> {
    if !one.standing.held {
        return None;
    }
    let address = one.address.to_string();
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
