//! The overview: is DNS answered, is it kept, is anything down.

use api::view::Overview;
use leptos::prelude::*;
use model::health::Health;

use crate::charts::{Bars, stacked_bars};
use crate::components::{Command, Empty, PageHead, Stat};
use crate::format;
use crate::islands::AutoRefresh;
use crate::pages::services::service_table;
use crate::pages::suspicion;

/// The window the numbers are about, microseconds.
const WINDOW_US: i64 = 600_000_000;
const STEP_US: i64 = 10_000_000;

/// The page.
pub fn overview(view: &Overview, now: i64) -> impl IntoView + use<> {
    let content = if view.zones == 0 {
        view! {
            <Empty title="Nothing to answer yet"
                text="A zone is a part of the name space this site is authoritative for, such as gslb.example.org. Services live inside it.">
                <a class="button primary" href="/zones/new">"Create your first zone"</a>
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <div data-live="overview">{numbers(view, now)}</div>
        }
        .into_any()
    };
    let dig = view.listen.first().map(|address| {
        let (ip, port) = address.rsplit_once(':').unwrap_or((address, "53"));
        let name = view.services.first().map_or_else(|| "NAME".to_owned(), |s| s.service.name.to_string());
        format!("dig @{} -p {port} {name}", ip.trim_matches(['[', ']']))
    });
    view! {
        <PageHead title="Overview" lede="The last ten minutes of this site"><AutoRefresh seconds=5/></PageHead>
        <div data-live="suspicion">{view.suspects.map(|since| suspicion(since, now, "/"))}</div>
        {content}
        {dig.map(|text| view! { <section><h2>"Ask it"</h2><Command text=text/></section> })}
    }
}

fn numbers(view: &Overview, now: i64) -> AnyView {
    let down = view.services.iter().filter(|s| s.health == Health::Down).count();
    let members_down: usize = view.services.iter().map(|s| s.down).sum();
    let health = match (down, members_down) {
        (0, 0) => "none down".to_owned(),
        (0, members) => format!("{} down", format::count(members as u64, "member", "members")),
        (services, _) => format!("{services} down"),
    };
    let unknown = || "not known while storage is away".to_owned();
    let (rate, rate_hint, logged, lost_text) = match &view.totals {
        Some(t) => (
            format!("{:.1}", t.answered as f64 / (WINDOW_US / 1_000_000) as f64),
            format::count(t.answered, "answer", "answers"),
            format::thousands(t.logged),
            match t.answered.saturating_sub(t.logged) {
                0 => "every answer has its row".to_owned(),
                without => format!("{} without a row", format::count(without, "answer", "answers")),
            },
        ),
        None => ("–".to_owned(), unknown(), "–".to_owned(), unknown()),
    };
    let failed: u64 = view.series.iter().filter(|(_, code, _)| code != "NOERROR").map(|(_, _, n)| n).sum();
    let all: u64 = view.series.iter().map(|(_, _, n)| n).sum();
    let share = if all == 0 { "–".to_owned() } else { format::percent(failed as f64 / all as f64, 2) };
    let order =
        ["NOERROR", "NXDOMAIN", "REFUSED", "SERVFAIL", "FORMERR", "NOTIMP", "DROPPED"].map(str::to_owned);
    let order: Vec<String> =
        order.into_iter().filter(|code| view.series.iter().any(|(_, c, _)| c == code)).collect();
    let chart = if all == 0 {
        view! { <p class="muted">"No query was answered in the last ten minutes."</p> }.into_any()
    } else {
        stacked_bars(&Bars {
            title: "Answers by response code, ten minutes",
            from: now - WINDOW_US,
            to: now,
            step: STEP_US,
            points: &view.series,
            order: &order,
            unit: "answers",
            markers: &view.markers,
        })
    };
    let services = if view.services.is_empty() {
        view! {
            <Empty title="No service yet" text="A service is a name whose answers are steered: by weight, priority and measured health.">
                <a class="button primary" href="/services/new">"Create a service"</a>
            </Empty>
        }
        .into_any()
    } else {
        service_table(&view.services)
    };
    view! {
        <div class="stats">
            <Stat label="Answers per second" value=rate hint=rate_hint href="/logs?since=10m"/>
            <Stat label="Rows logged" value=logged hint=lost_text href="/logs?since=10m"/>
            <Stat label="Not NOERROR" value=share hint=format::count(failed, "answer", "answers")
                href="/logs?since=10m&filter=rcode%20!%3D%20NOERROR"/>
            <Stat label="Services" value=view.services.len().to_string()
                hint=health href="/services"/>
            <Stat label="Zones" value=view.zones.to_string() href="/zones"/>
        </div>
        <section class="card"><h2>"Answers"</h2>{chart}</section>
        <section><h2>"Services"</h2>{services}</section>
    }
    .into_any()
}
