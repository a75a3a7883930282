//! Who hears of what: rules, channels, and what was delivered.

mod channel;
mod deliveries;
mod rule;

use api::view::{AlertsView, ChannelLine};
use leptos::prelude::*;
use model::config::{AlertRule, Via};
use model::occurrence::{Delivery, Outcome};

pub use channel::{delete as delete_channel, form as channel_form};
pub use deliveries::deliveries;
pub use rule::{delete as delete_rule, form as rule_form};

use crate::components::{Empty, Notice, NoticeKind, PageHead, icon};
use crate::format;

/// The page.
pub fn alerts(view: &AlertsView, now: i64) -> impl IntoView + use<> {
    let tested = view.tested.as_ref().map(tested);
    let deliveries = match &view.deliveries {
        None => view! { <Notice kind=NoticeKind::Warn>"Deliveries are read from storage, which is away. Alerts go out meanwhile."</Notice> }
            .into_any(),
        Some(list) if list.is_empty() => view! { <p class="muted">"Nothing was sent yet."</p> }.into_any(),
        Some(list) => view! {
            {deliveries::table(list, now)}
            <p class="page-foot"><a class="button" href="/alerts/deliveries">"All deliveries"</a></p>
        }
        .into_any(),
    };
    view! {
        <PageHead title="Alerts" lede="Which events somebody hears of, and how"/>
        {tested}
        <section>
            <div class="section-head">
                <h2>"Rules"</h2>
                <a class="button" href="/alerts/rules/new">{icon("plus")}"New rule"</a>
            </div>
            {rules(view)}
        </section>
        <section>
            <div class="section-head">
                <h2>"Channels"</h2>
                <a class="button" href="/alerts/channels/new">{icon("plus")}"New channel"</a>
            </div>
            {channels(&view.channels)}
        </section>
        <section>
            <h2>"Last deliveries"</h2>
            {deliveries}
        </section>
    }
}

/// What came of a test.
fn tested(delivery: &Delivery) -> AnyView {
    let took = format!("{:.1} ms", delivery.took_us as f64 / 1000.0);
    let code =
        if delivery.code.is_empty() { "no answer".to_owned() } else { format!("answer {}", delivery.code) };
    let (kind, word) = match delivery.outcome {
        Outcome::Delivered => (NoticeKind::Info, "was delivered"),
        _ => (NoticeKind::Bad, "failed"),
    };
    let note = delivery.note.clone();
    let text = format!("The test of {} {word}: {code}, {took}. ", delivery.channel);
    view! { <Notice kind=kind><strong>{text}</strong><span>{note}</span></Notice> }.into_any()
}

fn rules(view: &AlertsView) -> AnyView {
    if view.rules.is_empty() {
        let text = if view.channels.is_empty() {
            "A rule says which events become an alert. Make a channel first: it says where alerts go."
        } else {
            "A rule says which events become an alert, and which channels carry it."
        };
        return view! { <Empty title="No rule yet" text=text/> }.into_any();
    }
    let row = |rule: &AlertRule| {
        let name = rule.name.to_string();
        let events: Vec<String> = rule.events.iter().map(ToString::to_string).collect();
        let mut of: Vec<String> = rule.services.iter().map(ToString::to_string).collect();
        of.extend(rule.sites.iter().map(|site| format!("site {site}")));
        of.extend(rule.members.iter().map(ToString::to_string));
        let of = if of.is_empty() { "everything".to_owned() } else { of.join(", ") };
        let when = if rule.threshold == 1 {
            "each".to_owned()
        } else {
            format!("{} in {}", rule.threshold, rule.window)
        };
        let channels = rule.channels.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let off = (!rule.enabled).then(|| view! { <span class="tag">"off"</span> });
        view! {
            <tr>
                <th scope="row"><a href=format!("/alerts/rules/{name}/edit")>{name.clone()}</a>" "{off}</th>
                <td class="mono wrap">{events.join(", ")}</td>
                <td class="wrap">{of}</td>
                <td>{when}</td>
                <td>{rule.level.map(|level| level.as_str()).unwrap_or("of the event")}</td>
                <td class="wrap">{channels}</td>
            </tr>
        }
        .into_any()
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Rules">
            <table class="lines">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th><th scope="col">"Events"</th><th scope="col">"Of"</th>
                        <th scope="col">"Alert on"</th><th scope="col">"Level"</th><th scope="col">"Channels"</th>
                    </tr>
                </thead>
                <tbody>{view.rules.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn channels(lines: &[ChannelLine]) -> AnyView {
    if lines.is_empty() {
        return view! { <Empty title="No channel yet" text="A channel is where alerts go: a chat, a mailbox, a collector, a pager, or a script of yours."/> }.into_any();
    }
    let row = |line: &ChannelLine| {
        let name = line.channel.name.to_string();
        let off = (!line.channel.enabled).then(|| view! { <span class="tag">"off"</span> });
        let queue = match (line.waiting, line.dropped) {
            (0, 0) => "empty".to_owned(),
            (waiting, 0) => format!("{waiting} waiting"),
            (waiting, dropped) => format!("{waiting} waiting, {} dropped", format::thousands(dropped)),
        };
        let rules = if line.rules.is_empty() { "none".to_owned() } else { line.rules.join(", ") };
        view! {
            <tr>
                <th scope="row"><a href=format!("/alerts/channels/{name}/edit")>{name.clone()}</a>" "{off}</th>
                <td class="wrap">{via(&line.channel.via)}</td>
                <td class="wrap">{rules}</td>
                <td>{queue}</td>
                <td class="end">
                    <form method="post" action=format!("/alerts/channels/{name}/test")>
                        <button class="quiet" type="submit">"Send a test"<span class="sr">{format!(" through {name}")}</span></button>
                    </form>
                </td>
            </tr>
        }
        .into_any()
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Channels">
            <table class="lines">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th><th scope="col">"By"</th><th scope="col">"Rules"</th>
                        <th scope="col">"Queue"</th><th scope="col"><span class="sr">"Action"</span></th>
                    </tr>
                </thead>
                <tbody>{lines.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A channel's way in a line; secrets by their names.
fn via(via: &Via) -> String {
    match via {
        Via::Slack(hook) => format!("Slack, address in secret {}", hook.url_secret),
        Via::Teams(hook) => format!("Teams, address in secret {}", hook.url_secret),
        Via::Json(json) => match (&json.url, &json.url_secret) {
            (Some(url), _) => format!("JSON to {url}"),
            (None, Some(secret)) => format!("JSON, address in secret {secret}"),
            (None, None) => "JSON".to_owned(),
        },
        Via::Email(mail) => format!("Mail to {}", mail.to.join(", ")),
        Via::Syslog(syslog) => format!("Syslog to {}", syslog.address),
        Via::Snmp(snmp) => format!("SNMP trap to {}", snmp.address),
        Via::Pagerduty(_) => "PagerDuty".to_owned(),
        Via::Script(script) => format!("Script {}", script.name),
    }
}
