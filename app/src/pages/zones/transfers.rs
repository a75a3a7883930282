//! Zone transfers: who may have a copy, and what the copy holds.

use api::draft::ZoneDraft;
use leptos::prelude::*;
use model::Problems;
use model::config::{Transfer, Zone};

use crate::components::{Checkbox, Field, TextArea};
use crate::pages::error_of;

/// What a copy of a zone has of its services.
const SERVICES: &str = "In a copy each service is its current fallback set: all addresses of the pool in force that are \
                        enabled and not down, at equal shares and without checks, as of the last transfer. The serial \
                        rises with the configuration and not with health, so a secondary keeps those addresses until \
                        the next change of the configuration.";

/// The part of a zone's page.
pub fn section(zone: &Zone) -> impl IntoView + use<> {
    let content = match &zone.transfer {
        None => {
            view! { <p class="muted">"Nobody may transfer this zone: every AXFR and IXFR is refused."</p> }
                .into_any()
        }
        Some(transfer) => view! {
            {table(transfer)}
            <p>{told(transfer)}</p>
            <p>{SERVICES}</p>
        }
        .into_any(),
    };
    view! { <section><h2>"Zone transfers"</h2>{content}</section> }
}

fn table(transfer: &Transfer) -> impl IntoView + use<> {
    let key = |key: Option<String>| match key {
        Some(key) => view! { <td class="mono wrap">{key}</td> }.into_any(),
        None => view! { <td class="muted">"none, unsigned"</td> }.into_any(),
    };
    let own = transfer.secondaries.iter().map(|secondary| {
        let role = if transfer.notify { "Secondary, told of changes" } else { "Secondary" };
        (secondary.text(), role, transfer.key_of(secondary).map(ToString::to_string))
    });
    let networks = transfer.allow.iter().map(|network| {
        (network.to_string(), "Network that may transfer", transfer.key.as_ref().map(ToString::to_string))
    });
    let rows: Vec<AnyView> = own
        .chain(networks)
        .map(|(who, role, signed)| {
            view! {
                <tr>
                    <th scope="row" class="mono">{who}</th><td>{role}</td>{key(signed)}
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Who may transfer this zone">
            <table class="lines">
                <thead><tr><th scope="col">"Address"</th><th scope="col">"What it may"</th><th scope="col">"TSIG key"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn told(transfer: &Transfer) -> &'static str {
    match (transfer.notify, transfer.secondaries.is_empty()) {
        (_, true) => "Nobody is told of changes: no secondary is named.",
        (true, false) => "Secondaries are told of each change of the zone, with NOTIFY.",
        (false, false) => "Secondaries are not told of changes: they look by the SOA's refresh time.",
    }
}

/// The part of a zone's form.
pub fn fields(draft: &ZoneDraft, problems: &Problems) -> impl IntoView + use<> {
    let error = |field: &str| error_of(problems, field);
    let wrong = ["secondaries", "allow", "transfer_key"].iter().any(|f| error(f).is_some());
    view! {
        <details class="card" open=wrong>
            <summary>"Zone transfers"</summary>
            <p class="muted">{SERVICES}</p>
            <div class="fields">
                <TextArea label="Secondaries" name="secondaries" value=draft.secondaries.clone() rows=3
                    hint="One a line: address [key]. Each may transfer the zone. For example: 192.0.2.53:53 xfr.example.org"
                    error=error("secondaries")/>
                <TextArea label="Networks that may transfer too" name="allow" value=draft.allow.clone() rows=2
                    hint="One a line, as 192.0.2.0/24" error=error("allow")/>
                <Field label="TSIG key" name="transfer_key" value=draft.transfer_key.clone() class="mono"
                    hint="Name of a key of the settings file; of all who have no key of their own" error=error("transfer_key")/>
                <Checkbox label="Tell secondaries of changes (NOTIFY)" name="notify" checked=draft.notify/>
            </div>
        </details>
    }
}
