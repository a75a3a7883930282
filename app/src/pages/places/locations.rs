//! Locations: the list, one of them, its form, and its end.

use api::place::{Asked, LocationDetail, LocationLine};
use leptos::prelude::*;
use model::Problems;
use model::config::{Location, Referrer};

use super::finder::{degrees, finder};
use super::question::Question;
use super::{badges, residents, tabs, tally, weight};
use crate::components::{Crumbs, Empty, PageHead, icon};
use crate::pages::Carried;

pub use super::location_form::form;

/// The list, and who is where.
pub fn list(lines: &[LocationLine], asked: &Asked) -> impl IntoView + use<> {
    let content = if lines.is_empty() {
        view! {
            <Empty title="No location yet" text="A location is where members live: a cluster, an availability zone, a data centre. With networks and coordinates it also says where clients are.">
                <a class="button primary" href="/locations/new">"Create a location"</a>
            </Empty>
        }
        .into_any()
    } else {
        table(lines, true)
    };
    view! {
        <PageHead title="Locations" lede="Where members live, and where clients are">
            <a class="button primary" href="/locations/new">{icon("plus")}"New location"</a>
        </PageHead>
        {tabs("/locations")}
        {content}
        {finder("/locations", asked)}
    }
}

/// Locations as a table, also of a site.
pub fn table(lines: &[LocationLine], with_site: bool) -> AnyView {
    let row = |line: &LocationLine| {
        let location = &line.location;
        let name = location.name.to_string();
        let site = with_site.then(|| match &location.site {
            Some(site) => {
                view! { <td><a href=format!("/sites/{site}")>{site.to_string()}</a></td> }.into_any()
            }
            None => view! { <td>"–"</td> }.into_any(),
        });
        view! {
            <tr>
                <th scope="row">
                    <a href=format!("/locations/{name}")>{name.clone()}</a>
                    {badges(location.enabled, location.draining, line.forced.as_ref())}
                </th>
                {site}
                <td>{tally(&line.tally)}</td>
                <td class="mono wrap">{networks(location)}</td>
                <td>{coordinates(location)}</td>
                <td class="num">{weight(location.weight)}</td>
            </tr>
        }
        .into_any()
    };
    let site = with_site.then(|| view! { <th scope="col">"Site"</th> });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Locations">
            <table class="lines">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>{site}<th scope="col">"Members"</th><th scope="col">"Networks"</th>
                        <th scope="col">"Coordinates"</th><th scope="col" class="num">"Weight of members"</th>
                    </tr>
                </thead>
                <tbody>{lines.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn networks(location: &Location) -> String {
    let all: Vec<String> = location.cidr.iter().map(ToString::to_string).collect();
    if all.is_empty() { "–".to_owned() } else { all.join(", ") }
}

fn coordinates(location: &Location) -> String {
    location.coordinates().map_or_else(|| "–".to_owned(), degrees)
}

/// One location.
pub fn detail(view: &LocationDetail) -> impl IntoView + use<> {
    let location = &view.line.location;
    let name = location.name.to_string();
    let site = match &location.site {
        Some(site) => view! { <a href=format!("/sites/{site}")>{site.to_string()}</a> }.into_any(),
        None => view! { <span class="muted">"none"</span> }.into_any(),
    };
    let above = view.site.as_ref().filter(|site| !site.enabled || site.draining).map(|site| {
        let how = if site.enabled {
            "drains, and its members with it"
        } else {
            "is disabled, and its members with it"
        };
        view! { <p class="notice warn">{format!("The site {} {how}.", site.name)}</p> }
    });
    let unplaced = (!location.cidr.is_empty() && location.coordinates().is_none()).then(|| {
        view! { <p class="muted">"Without coordinates its networks say nothing of where clients are."</p> }
    });
    let members = if view.residents.is_empty() {
        view! { <p class="muted">"No member lives here. Choose the location in the form of a service, beside the member."</p> }
            .into_any()
    } else {
        residents::table(&view.residents, false)
    };
    let (over, edit) = (format!("/overrides?location={name}"), format!("/locations/{name}/edit"));
    view! {
        <Crumbs items=vec![("Locations".to_owned(), "/locations".to_owned())]/>
        <PageHead title=name.clone() lede="Location">
            <a class="button" href=over>"Override"</a>
            <a class="button primary" href=edit>"Edit"</a>
        </PageHead>
        {(!location.enabled).then(|| view! { <p class="notice warn">"This location is disabled: none of its members is answered."</p> })}
        {above}
        <dl class="facts">
            <div><dt>"Site"</dt><dd>{site}</dd></div>
            <div><dt>"Networks"</dt><dd class="mono">{networks(location)}</dd></div>
            <div><dt>"Coordinates"</dt><dd>{coordinates(location)}</dd></div>
            <div><dt>"Members"</dt><dd>{tally(&view.line.tally)}{badges(true, location.draining, view.line.forced.as_ref())}</dd></div>
            <div><dt>"Weight of members"</dt><dd>{weight(location.weight)}</dd></div>
        </dl>
        {unplaced}
        <section><h2>"Members"</h2>{members}</section>
        <p class="end"><a class="danger" href=format!("/locations/{name}/delete")>"Delete this location"</a></p>
    }
}

/// Asks before a location is deleted.
pub fn delete(
    location: &Location,
    referrers: &[Referrer],
    problems: &Problems,
    carried: &Carried,
) -> impl IntoView + use<> {
    let name = location.name.to_string();
    let consequence = "Nothing names it. Clients of its networks have no place by it any more.";
    let back = format!("/locations/{name}");
    Question {
        list: ("Locations", "/locations"),
        word: "location",
        name: &name,
        back,
        referrers,
        consequence,
    }
    .page(problems, carried)
}
