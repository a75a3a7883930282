//! What happened.

use api::view::EventsView;
use leptos::prelude::*;
use model::occurrence::{Kind, Occurrence};

use crate::components::{Empty, Field, LevelMark, Notice, NoticeKind, PageHead, Select};
use crate::format;
use crate::islands::AutoRefresh;

const WINDOWS: [(&str, &str); 6] = [
    ("1h", "1 hour"),
    ("6h", "6 hours"),
    ("1d", "1 day"),
    ("7d", "7 days"),
    ("30d", "30 days"),
    ("90d", "90 days"),
];
/// What the log shows around an event, microseconds on each side.
const AROUND_US: i64 = 300_000_000;

/// Choices of what to see that are more than one kind: label, and kinds separated by commas.
const GROUPS: [(&str, &str); 4] = [
    ("Services", "GS_UP,GS_DOWN"),
    ("Services, pools and members", "GS_UP,GS_DOWN,GS_GROUP_UP,GS_GROUP_DOWN,GS_MEMBER_UP,GS_MEMBER_DOWN"),
    ("Members", "GS_MEMBER_UP,GS_MEMBER_DOWN"),
    ("Storage and log", "STORAGE_AWAY,STORAGE_BACK,LOG_LOSS,LOG_LOSS_OVER"),
];

/// The page.
pub fn events(view: &EventsView, now: i64) -> impl IntoView + use<> {
    let mut kinds = vec![(String::new(), "Everything".to_owned())];
    kinds.extend(GROUPS.map(|(label, kinds)| (kinds.to_owned(), label.to_owned())));
    kinds.extend(Kind::choices().map(|kind| (kind.to_string(), kind.to_string())));
    if !kinds.iter().any(|(value, _)| *value == view.kinds) {
        kinds.push((view.kinds.clone(), view.kinds.clone()));
    }
    let mut levels = vec![(String::new(), "Any level".to_owned())];
    levels.extend(
        [("medium", "Medium and high"), ("high", "High only")].map(|(v, l)| (v.to_owned(), l.to_owned())),
    );
    if view.level == "low" {
        levels.push(("low".to_owned(), "Low and above".to_owned()));
    }
    let mut windows = WINDOWS.map(|(v, l)| (v.to_owned(), format!("Last {l}"))).to_vec();
    if !windows.iter().any(|(value, _)| *value == view.since) {
        windows.push((view.since.clone(), format!("Last {}", view.since)));
    }
    let problem = view.problem.clone().map(|text| view! { <p class="error" role="alert">{text}</p> });
    let filtered =
        [&view.kinds, &view.level, &view.service, &view.member].iter().any(|text| !text.is_empty());
    view! {
        <PageHead title="Events" lede="What happened to services, members and this site">
            <AutoRefresh seconds=5/>
        </PageHead>
        <form method="get" action="/events" class="card fields event-filter" role="search">
            <Select label="What" name="kinds" value=view.kinds.clone() options=kinds/>
            <Select label="Level" name="level" value=view.level.clone() options=levels/>
            <Field label="Service" name="service" value=view.service.clone() class="mono"/>
            <Field label="Member" name="member" value=view.member.clone() class="mono"/>
            <Select label="Window" name="since" value=view.since.clone() options=windows/>
            <div class="actions">
                <button class="button primary" type="submit">"Filter"</button>
                {filtered.then(|| view! { <a class="button" href=format!("/events?since={}", view.since)>"Clear"</a> })}
            </div>
        </form>
        {problem}
        <div data-live="events">{content(view, now, filtered)}</div>
    }
}

fn content(view: &EventsView, now: i64, filtered: bool) -> AnyView {
    let Some(events) = &view.events else {
        if view.problem.is_some() {
            return ().into_any();
        }
        let text = "Events are read from storage, which is away. Alerts go out meanwhile, and what happens is kept in memory until it is back.";
        return view! { <Notice kind=NoticeKind::Warn>{text}</Notice> }.into_any();
    };
    if events.is_empty() {
        return if filtered {
            view! { <Empty title="Nothing matches" text="No event of this window is one of those you asked for."/> }
                .into_any()
        } else {
            view! { <Empty title="No event in this window" text="Nothing changed: no member came or went, storage stayed, and nobody changed the configuration."/> }
                .into_any()
        };
    }
    let next = view.next.map(|(at, id)| {
        let query: String = [("kinds", &view.kinds), ("level", &view.level), ("service", &view.service), ("member", &view.member)]
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| format!("&{name}={}", format::in_query(text)))
            .collect();
        view! { <a class="button" href=format!("/events?since={}{query}&before={at}%2C{id}", view.since)>"Older events"</a> }
    });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Events">
            <table class="lines events">
                <thead>
                    <tr>
                        <th scope="col">"Time (UTC)"</th><th scope="col">"Event"</th><th scope="col">"What happened"</th>
                        <th scope="col">"Generation"</th><th scope="col"><span class="sr">"Links"</span></th>
                    </tr>
                </thead>
                <tbody>{events.iter().map(|event| row(event, now)).collect_view()}</tbody>
            </table>
        </div>
        <p class="page-foot">
            <span class="muted">{format!("{} shown, newest first", format::count(events.len() as u64, "event", "events"))}</span>
            {next}
        </p>
    }
    .into_any()
}

fn row(event: &Occurrence, now: i64) -> AnyView {
    let (from, to) = (format::rfc3339(event.at - AROUND_US), format::rfc3339(event.at + AROUND_US));
    let filter = event
        .service
        .as_ref()
        .map(|name| format!("&filter={}", format::in_query(&format!("service = {name}"))));
    let logs = format!("/logs?from={from}&to={to}{}", filter.unwrap_or_default());
    let change = (event.kind == Kind::ConfigChanged).then(|| event.details.get("generation")).flatten();
    let text = match (change.and_then(|generation| generation.as_u64()), &event.service) {
        (Some(generation), _) => {
            view! { <a href=format!("/changes/{generation}")>{event.text.clone()}</a> }.into_any()
        }
        (None, Some(service)) => {
            let href = format!("/services/{service}");
            let (before, after) = event.text.split_once(&service.to_string()).unwrap_or((&event.text, ""));
            let name =
                (before.len() < event.text.len()).then(|| view! { <a href=href>{service.to_string()}</a> });
            view! { {before.to_owned()}{name}{after.to_owned()} }.into_any()
        }
        (None, None) => event.text.clone().into_any(),
    };
    let good = event.kind.ends().is_some();
    view! {
        <tr>
            <td class="when">
                <time datetime=format::rfc3339(event.at) title=format::ago(event.at, now)>{format::date_time(event.at)}</time>
            </td>
            <td><LevelMark level=event.level good=good word=event.kind.to_string()/></td>
            <td class="wrap">{text}</td>
            <td class="num">{format::thousands(event.generation)}</td>
            <td class="end">
                <a href=logs>"Logs"</a>" · "
                <a href=format!("/alerts/deliveries?event={}", event.id)>"Deliveries"</a>
            </td>
        </tr>
    }
    .into_any()
}
