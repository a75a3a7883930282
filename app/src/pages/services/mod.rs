//! Services: the list, one of them, its form, and its end.

mod delete;
mod detail;
mod form;
mod members;
mod pool_form;

use api::view::ServiceLine;
use leptos::prelude::*;

use crate::components::{Empty, HealthMark, PageHead, icon};
use crate::format;
use crate::islands::AutoRefresh;

pub use super::FormMode;
pub use delete::delete;
pub use detail::detail;
pub use form::{ServiceChoices, form};

/// The list.
pub fn list(lines: &[ServiceLine], has_zones: bool, _now: i64) -> impl IntoView + use<> {
    let content = match (lines.is_empty(), has_zones) {
        (false, _) => view! { <div data-live="services">{service_table(lines)}</div> }.into_any(),
        (true, true) => view! {
            <Empty title="No service yet" text="A service is a name whose answers are steered: by weight, priority and measured health.">
                <a class="button primary" href="/services/new">"Create a service"</a>
            </Empty>
        }
        .into_any(),
        (true, false) => view! {
            <Empty title="A zone comes first" text="A service lives inside a zone this site is authoritative for.">
                <a class="button primary" href="/zones/new">"Create a zone"</a>
            </Empty>
        }
        .into_any(),
    };
    view! {
        <PageHead title="Services" lede="Names whose answers are steered">
            <AutoRefresh seconds=5/>
            {has_zones.then(|| view! { <a class="button primary" href="/services/new">{icon("plus")}"New service"</a> })}
        </PageHead>
        {content}
    }
}

/// Members nobody checks count as up, and saying "unknown" of them would worry for nothing.
fn health(line: &ServiceLine) -> AnyView {
    if line.service.monitors.is_empty() {
        let members = format::count(line.members as u64, "member", "members");
        return view! { <span class="muted">{format!("not monitored, {members}")}</span> }.into_any();
    }
    view! {
        <HealthMark health=line.health/>
        <span class="muted">{format!(" {} of {} up", line.up, line.members)}</span>
    }
    .into_any()
}

/// Services as a table, also of the overview.
pub fn service_table(lines: &[ServiceLine]) -> AnyView {
    let row = |line: &ServiceLine| {
        let name = line.service.name.to_string();
        let weights: Vec<String> = line
            .service
            .pools
            .iter()
            .map(|p| p.members.iter().map(|m| m.weight.to_string()).collect::<Vec<_>>().join(" : "))
            .collect();
        let answers = line.answers.map_or_else(|| "–".to_owned(), format::thousands);
        let enabled = (!line.service.enabled).then(|| view! { <span class="badge">"disabled"</span> });
        view! {
            <tr>
                <th scope="row"><a href=format!("/services/{name}")>{name.clone()}</a>{enabled}</th>
                <td>{health(line)}</td>
                <td class="num">{weights.join(" | ")}</td>
                <td class="num">{format!("{} s", line.service.ttl)}</td>
                <td class="num">{answers}</td>
                <td class="end"><a href=format!("/split/{name}")>"Split"</a></td>
            </tr>
        }
        .into_any()
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Services">
            <table class="lines">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th><th scope="col">"Health"</th><th scope="col" class="num">"Weights"</th>
                        <th scope="col" class="num">"TTL"</th><th scope="col" class="num">"Answers, 10 min"</th>
                        <th scope="col"><span class="sr">"More"</span></th>
                    </tr>
                </thead>
                <tbody>{lines.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
