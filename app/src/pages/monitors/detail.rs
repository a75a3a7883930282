use api::health::{CheckStrip, CheckTranscript};
use leptos::prelude::*;
use model::config::Monitor;
use model::health::{LastCheck, MemberKey};

use super::{watched_for, where_to};
use crate::charts::check_strip;
use crate::components::{Crumbs, Empty, HealthMark, Notice, NoticeKind, PageHead, Time};

/// A monitor with everything it checks.
#[derive(Clone, Debug, PartialEq)]
pub struct MonitorDetail {
    /// The monitor as configured.
    pub monitor: Monitor,
    /// The members it checks.
    pub members: Vec<MonitoredMember>,
    /// A test that was just made: of which member, and what came of it.
    pub tested: Option<(MemberKey, Result<CheckTranscript, String>)>,
}

/// A member as one monitor sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct MonitoredMember {
    /// The member.
    pub key: MemberKey,
    /// What it is known by.
    pub name: String,
    /// The last check.
    pub last: Option<LastCheck>,
    /// The checks before it.
    pub strip: Option<CheckStrip>,
}

/// One monitor: what it asks, whom it checks, and a test of any of them.
pub fn detail(view: &MonitorDetail, now: i64) -> impl IntoView + use<> {
    let monitor = &view.monitor;
    let name = monitor.name.to_string();
    let tested = view.tested.as_ref().map(|(key, result)| test_result(key, result));
    let rows = view.members.iter().map(|m| row(&name, m, now)).collect_view();
    let members = if view.members.is_empty() {
        view! { <Empty title="Nobody is checked by it" text="Choose it in the form of a service: every member of the service is checked by it from then on.">
            <a class="button" href="/services">"Services"</a>
        </Empty> }
        .into_any()
    } else {
        view! {
            <div class="scroll" tabindex="0" role="region" aria-label="Members it checks">
                <table class="lines">
                    <thead>
                        <tr>
                            <th scope="col">"Member"</th><th scope="col">"Service"</th><th scope="col">"Health"</th>
                            <th scope="col">"Last checks"</th><th scope="col">"Last check"</th><th scope="col"><span class="sr">"Test"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <Crumbs items=vec![("Monitors".to_owned(), "/monitors".to_owned())]/>
        <PageHead title=name.clone() lede=where_to(monitor)>
            <a class="button primary" href=format!("/monitors/{name}/edit")>"Edit"</a>
        </PageHead>
        <dl class="facts">
            <div><dt>"Asks"</dt><dd class="mono">{watched_for(monitor)}</dd></div>
            <div><dt>"Every"</dt><dd>{monitor.interval.to_string()}</dd></div>
            <div><dt>"Timeout"</dt><dd>{monitor.timeout.to_string()}</dd></div>
            <div><dt>"Down / up after"</dt><dd>{format!("{} / {} checks", monitor.failures, monitor.successes)}</dd></div>
        </dl>
        {tested}
        <section><h2>"Members it checks"</h2>{members}</section>
    }
}

fn row(monitor: &str, member: &MonitoredMember, now: i64) -> AnyView {
    let key = &member.key;
    let service = key.service.to_string();
    let health = member.last.as_ref().map(|last| last.health).unwrap_or_default();
    let last = member.last.as_ref().map(|last| {
        let what = last
            .failure
            .map_or_else(|| last.detail.clone(), |code| format!("{} ({})", last.detail, code.as_str()));
        view! { {format!("{what}, {:.1} ms, ", last.took_us as f64 / 1000.0)}<Time at=last.at now=now/> }
    });
    let last = match last {
        Some(last) => last.into_any(),
        None => view! { <span class="muted">"not checked yet"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="mono">{member.name.clone()}</th>
            <td><a href=format!("/services/{service}")>{service.clone()}</a>" "<span class="muted">{key.pool.to_string()}</span></td>
            <td><HealthMark health=health/></td>
            <td>{member.strip.as_ref().map(|strip| check_strip(&strip.checks))}</td>
            <td>{last}</td>
            <td>
                <form method="post" action=format!("/monitors/{monitor}/test")>
                    <input type="hidden" name="service" value=service/>
                    <input type="hidden" name="pool" value=key.pool.to_string()/>
                    <input type="hidden" name="address" value=key.address.to_string()/>
                    <button class="button" type="submit">"Test now"<span class="sr">{format!(" {}", member.name)}</span></button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}

fn test_result(key: &MemberKey, result: &Result<CheckTranscript, String>) -> AnyView {
    let transcript = match result {
        Ok(transcript) => transcript,
        Err(message) => {
            let message = message.clone();
            return view! { <Notice kind=NoticeKind::Bad>{message}</Notice> }.into_any();
        }
    };
    let saw = format!("{}, {:.1} ms", transcript.detail, transcript.took_us as f64 / 1000.0);
    let outcome = match transcript.failure {
        None => view! { <Notice kind=NoticeKind::Info><strong>"Passed: "</strong>{saw}</Notice> }.into_any(),
        Some(code) => {
            let failed = format!("Failed: {}. ", code.as_str());
            view! { <Notice kind=NoticeKind::Bad><strong>{failed}</strong>{saw}</Notice> }.into_any()
        }
    };
    let step = |step: &api::health::CheckStep| {
        view! {
            <tr>
                <td class="num">{format!("{:.1} ms", step.at_us as f64 / 1000.0)}</td>
                <th scope="row">{step.what.clone()}</th>
                <td class="mono transcript">{step.text.clone()}</td>
            </tr>
        }
    };
    view! {
        <section class="card" id="test">
            <h2>{format!("Test of {}", key.address)}</h2>
            {outcome}
            <div class="scroll" tabindex="0" role="region" aria-label="Steps of the test">
                <table class="lines">
                    <thead><tr><th scope="col" class="num">"At"</th><th scope="col">"Step"</th><th scope="col">"What was done or seen"</th></tr></thead>
                    <tbody>{transcript.steps.iter().map(step).collect_view()}</tbody>
                </table>
            </div>
            <p class="muted">"A test changes nobody's health."</p>
        </section>
    }
    .into_any()
}
