//! Zones: the list, one of them, its form, and its end.

pub mod import;
mod transfers;

use api::draft::ZoneDraft;
use api::view::ZoneDetail;
use leptos::prelude::*;
use model::Problems;
use model::config::Zone;

pub use super::FormMode;
use super::{Carried, error_of};
use crate::components::{
    Crumbs, Empty, Field, Notice, NoticeKind, PageHead, ProblemSummary, Reason, Select, TextArea, icon,
};

/// The list: each zone with the number of its services.
pub fn list(zones: &[(Zone, usize)]) -> impl IntoView + use<> {
    let row = |(zone, services): &(Zone, usize)| {
        let name = zone.name.to_string();
        let records: usize = zone.records.iter().map(|set| set.data.len()).sum();
        view! {
            <tr>
                <th scope="row"><a href=format!("/zones/{name}")>{name.clone()}</a></th>
                <td class="num">{services.to_string()}</td>
                <td class="num">{records.to_string()}</td>
                <td class="num">{format!("{} s", zone.ttl)}</td>
                <td>{unhandled(zone)}</td>
            </tr>
        }
        .into_any()
    };
    let content = if zones.is_empty() {
        view! {
            <Empty title="No zone yet" text="A zone is a part of the name space this site is authoritative for. The parent zone delegates it to this site's name servers.">
                <a class="button primary" href="/zones/new">"Create a zone"</a>
                <a class="button" href="/zones/import">"Import a zone file"</a>
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <div class="scroll" tabindex="0" role="region" aria-label="Zones">
                <table class="lines">
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th><th scope="col" class="num">"Services"</th>
                            <th scope="col" class="num">"Static records"</th><th scope="col" class="num">"TTL"</th>
                            <th scope="col">"Missing names"</th>
                        </tr>
                    </thead>
                    <tbody>{zones.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <PageHead title="Zones" lede="What this site is authoritative for">
            <a class="button" href="/zones/import">"Import zone file"</a>
            <a class="button primary" href="/zones/new">{icon("plus")}"New zone"</a>
        </PageHead>
        {content}
    }
}

fn unhandled(zone: &Zone) -> &'static str {
    match zone.unhandled {
        model::config::Unhandled::Nxdomain => "NXDOMAIN",
        model::config::Unhandled::Drop => "dropped in silence",
    }
}

/// What it costs those who ask for a missing name: BIND's resolver-query-timeout is 10 s, glibc's 5 s for each of two
/// attempts, and unbound's waits grow with each loss until it leaves the server alone.
const DROPPED: &str = "Silence is not \"no such name\": BIND asks again for about 10 s, and unbound waits longer each \
                       time, up to several seconds, and then holds this server for down, with every name on it. \
                       Clients hang meanwhile, with glibc for 10 s (5 s, twice), instead of getting an answer.";

/// Most records that are shown; the zone's file has all of them.
const MAX_RECORDS: usize = 1000;

/// One zone.
pub fn detail(view: &ZoneDetail, generation: u64) -> impl IntoView + use<> {
    let zone = &view.zone;
    let name = zone.name.to_string();
    let records: Vec<AnyView> = zone
        .records
        .iter()
        .flat_map(|set| set.data.iter().map(move |data| (set, data)))
        .take(MAX_RECORDS)
        .map(|(set, data)| {
            let ttl = set.ttl.unwrap_or(zone.ttl);
            view! {
                <tr>
                    <th scope="row" class="mono">{set.name.clone()}</th><td class="num">{ttl.to_string()}</td>
                    <td>{set.rr_type.to_string()}</td><td class="mono wrap">{data.clone()}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let all: usize = zone.records.iter().map(|set| set.data.len()).sum();
    let more = (all > records.len()).then(|| {
        let count = crate::format::thousands((all - records.len()) as u64);
        view! { <p class="muted">{format!("And {count} more, which stand in the zone file.")}</p> }
    });
    let records = if records.is_empty() {
        view! { <p class="muted">"No static record. Services answer by themselves and need none."</p> }
            .into_any()
    } else {
        view! {
            <div class="scroll" tabindex="0" role="region" aria-label="Static records">
                <table class="lines">
                    <thead><tr><th scope="col">"Name"</th><th scope="col" class="num">"TTL"</th><th scope="col">"Type"</th><th scope="col">"Data"</th></tr></thead>
                    <tbody>{records}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let services: Vec<AnyView> = view
        .services
        .iter()
        .map(|s| view! { <li><a href=format!("/services/{s}")>{s.clone()}</a></li> }.into_any())
        .collect();
    let services = if services.is_empty() {
        view! { <p class="muted">"No service yet. "<a href="/services/new">"Create one"</a></p> }.into_any()
    } else {
        view! { <ul class="plain">{services}</ul> }.into_any()
    };
    let edit = format!("/zones/{name}/edit");
    let (file, import) = (format!("/zones/{name}/file"), format!("/zones/{name}/import"));
    let dropped = (zone.unhandled == model::config::Unhandled::Drop)
        .then(|| view! { <Notice kind=NoticeKind::Warn>{DROPPED}</Notice> });
    let servers: Vec<String> = zone.name_servers.iter().map(ToString::to_string).collect();
    let or_default =
        |text: Option<String>, default: &str| text.unwrap_or_else(|| format!("{default} (default)"));
    view! {
        <Crumbs items=vec![("Zones".to_owned(), "/zones".to_owned())]/>
        <PageHead title=name.clone() lede="Zone">
            <a class="button" href=file download>"Export zone file"</a>
            <a class="button" href=import>"Import zone file"</a>
            <a class="button primary" href=edit>"Edit"</a>
        </PageHead>
        {dropped}
        <dl class="facts">
            <div><dt>"Serial"</dt><dd>{generation.to_string()}</dd></div>
            <div><dt>"Primary"</dt><dd class="mono">{or_default(zone.soa.mname.as_ref().map(ToString::to_string), "the first name server")}</dd></div>
            <div><dt>"Mailbox"</dt><dd>{or_default(zone.soa.rname.as_ref().map(ToString::to_string), "hostmaster")}</dd></div>
            <div><dt>"TTL, negative TTL"</dt><dd>{format!("{} s, {} s", zone.ttl, zone.soa.negative_ttl)}</dd></div>
            <div><dt>"Missing names"</dt><dd>{unhandled(zone)}</dd></div>
            <div><dt>"Name servers"</dt><dd class="mono">{if servers.is_empty() { "none named".to_owned() } else { servers.join(", ") }}</dd></div>
        </dl>
        <section><h2>"Services"</h2>{services}</section>
        <section><h2>"Static records"</h2>{records}{more}</section>
        {transfers::section(zone)}
        <p class="end"><a class="danger" href=format!("/zones/{name}/delete")>"Delete this zone"</a></p>
    }
}

/// The form of a zone.
pub fn form(
    mode: FormMode,
    draft: &ZoneDraft,
    problems: &Problems,
    carried: &Carried,
) -> impl IntoView + use<> {
    let (title, crumbs, back) = match &mode {
        FormMode::New => ("New zone".to_owned(), Vec::new(), "/zones".to_owned()),
        FormMode::Edit(name) => {
            (format!("Edit {name}"), vec![(name.clone(), format!("/zones/{name}"))], format!("/zones/{name}"))
        }
    };
    let crumbs = [vec![("Zones".to_owned(), "/zones".to_owned())], crumbs].concat();
    let error = |field: &str| error_of(problems, field);
    let policies = vec![
        ("nxdomain".to_owned(), "NXDOMAIN, with the SOA".to_owned()),
        ("drop".to_owned(), "Nothing: the query is dropped".to_owned()),
    ];
    let soa_wrong = ["mname", "rname", "refresh", "retry", "expire"].iter().any(|f| error(f).is_some());
    view! {
        <Crumbs items=crumbs/>
        <PageHead title=title/>
        <ProblemSummary problems=problems.clone()/>
        <form method="post" class="zone-form">
            <input type="hidden" name="generation" value=carried.generation/>
            <section class="card fields">
                <Field label="Name" name="name" value=draft.name.clone() class="wide mono" placeholder="gslb.example.org" required=true
                    hint="The apex, as the parent zone delegates it" error=error("name")/>
                <Field label="TTL" name="ttl" value=draft.ttl.clone() inputmode="numeric" hint="Seconds; of SOA, NS and records without their own"
                    error=error("ttl")/>
                <Field label="Negative TTL" name="negative_ttl" value=draft.negative_ttl.clone() inputmode="numeric"
                    hint="Seconds a resolver keeps a missing name" error=error("negative_ttl")/>
                <Select label="A name that does not exist gets" name="unhandled" value=draft.unhandled.clone() options=policies
                    error=error("unhandled")/>
                <div class="wide when-dropped"><Notice kind=NoticeKind::Warn>{DROPPED}</Notice></div>
                <TextArea label="Name servers" name="name_servers" value=draft.name_servers.clone() rows=3
                    hint="One a line, as in the delegation" error=error("name_servers")/>
                <TextArea label="Static records" name="records" value=draft.records.clone() rows=6
                    hint="One a line: name [ttl] type data. @ is the apex. For example: test A 192.0.2.1" error=error("records")/>
            </section>
            <details class="card" open=soa_wrong>
                <summary>"Start of authority"</summary>
                <div class="fields">
                    <Field label="Primary server" name="mname" value=draft.mname.clone() class="mono" hint="The first name server when empty" error=error("mname")/>
                    <Field label="Mailbox" name="rname" value=draft.rname.clone() hint="As hostmaster@example.org" error=error("rname")/>
                    <Field label="Refresh" name="refresh" value=draft.refresh.clone() inputmode="numeric" hint="Seconds" error=error("refresh")/>
                    <Field label="Retry" name="retry" value=draft.retry.clone() inputmode="numeric" hint="Seconds" error=error("retry")/>
                    <Field label="Expire" name="expire" value=draft.expire.clone() inputmode="numeric" hint="Seconds" error=error("expire")/>
                </div>
            </details>
            {transfers::fields(draft, problems)}
            <section class="card fields save">
                <Reason value=carried.reason.clone()/>
                <div class="actions">
                    <button class="button primary" type="submit">"Save"</button>
                    <a class="button" href=back>"Cancel"</a>
                </div>
            </section>
        </form>
    }
}

/// Asks before a zone is deleted.
pub fn delete(view: &ZoneDetail, problems: &Problems, carried: &Carried) -> impl IntoView + use<> {
    let name = view.zone.name.to_string();
    let warning = if view.services.is_empty() {
        format!(
            "From the next query on, every name in {name} is refused. The change can be reverted in the history."
        )
    } else {
        format!("{} live in this zone: delete or move them first.", view.services.join(", "))
    };
    view! {
        <Crumbs items=vec![("Zones".to_owned(), "/zones".to_owned()), (name.clone(), format!("/zones/{name}"))]/>
        <PageHead title=format!("Delete {name}?")/>
        <ProblemSummary problems=problems.clone()/>
        <Notice kind=NoticeKind::Warn>{warning}</Notice>
        <form method="post" class="fields">
            <input type="hidden" name="generation" value=carried.generation/>
            <Reason value=carried.reason.clone()/>
            <div class="actions">
                <button class="button bad" type="submit">"Delete the zone"</button>
                <a class="button" href=format!("/zones/{name}")>"Keep it"</a>
            </div>
        </form>
    }
}
