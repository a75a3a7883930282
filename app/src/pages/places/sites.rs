//! Sites: the list, one of them, its form, and its end.

use api::place::{SiteDetail, SiteLine};
use leptos::prelude::*;
use model::Problems;
use model::config::{Referrer, Site};

use super::question::Question;
use super::{badges, locations, residents, tabs, tally, weight};
use crate::components::{Crumbs, Empty, PageHead, icon};
use crate::islands::AutoRefresh;
use crate::pages::Carried;

pub use super::site_form::form;

/// The list. `here` is the name this server goes by.
pub fn list(lines: &[SiteLine], here: &str) -> impl IntoView + use<> {
    let nobody = (!lines.is_empty() && lines.iter().all(|line| !line.here)).then(|| {
        view! { <p class="muted">{format!("This server goes by the name {here}, which none of them has.")}</p> }
    });
    let content = if lines.is_empty() {
        view! {
            <Empty title="No site yet" text="A site is a place that answers DNS. Members are counted to the site of their location: it can be drained, weighted or taken out as a whole.">
                <a class="button primary" href="/sites/new">"Create a site"</a>
            </Empty>
        }
        .into_any()
    } else {
        view! { <div data-live="sites">{table(lines)}{nobody}</div> }.into_any()
    };
    view! {
        <PageHead title="Sites" lede="Who answers, and what members are counted to">
            <AutoRefresh seconds=5/>
            <a class="button primary" href="/sites/new">{icon("plus")}"New site"</a>
        </PageHead>
        {tabs("/sites")}
        {content}
    }
}

fn table(lines: &[SiteLine]) -> AnyView {
    let row = |line: &SiteLine| {
        let site = &line.site;
        let name = site.name.to_string();
        let here = line.here.then(|| view! { <span class="badge here">"this server"</span> });
        let places: Vec<String> = line.locations.iter().map(ToString::to_string).collect();
        view! {
            <tr>
                <th scope="row">
                    <a href=format!("/sites/{name}")>{name.clone()}</a>{here}
                    {badges(site.enabled, site.draining, line.forced.as_ref())}
                </th>
                <td>{tally(&line.tally)}</td>
                <td class="wrap">{if places.is_empty() { "–".to_owned() } else { places.join(", ") }}</td>
                <td>{site.role.as_str()}</td>
                <td class="mono">{addresses(site)}</td>
                <td class="num">{weight(site.weight)}</td>
            </tr>
        }
        .into_any()
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Sites">
            <table class="lines">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th><th scope="col">"Members"</th><th scope="col">"Locations"</th>
                        <th scope="col">"Role"</th><th scope="col">"Responder"</th><th scope="col" class="num">"Weight of members"</th>
                    </tr>
                </thead>
                <tbody>{lines.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn addresses(site: &Site) -> String {
    let all: Vec<String> = site.dns.iter().map(ToString::to_string).collect();
    if all.is_empty() { "–".to_owned() } else { all.join(", ") }
}

/// One site.
pub fn detail(view: &SiteDetail) -> impl IntoView + use<> {
    let site = &view.line.site;
    let name = site.name.to_string();
    let lede = match (view.line.here, site.role.as_str()) {
        (true, role) => format!("Site, {role}; this server"),
        (false, role) => format!("Site, {role}"),
    };
    let places = if view.locations.is_empty() {
        view! { <p class="muted">"No location belongs to it, so no member is counted to it. "<a href="/locations/new">"Create one"</a></p> }.into_any()
    } else {
        locations::table(&view.locations, false)
    };
    let members = if view.residents.is_empty() {
        view! { <p class="muted">"No member lives at a location of it."</p> }.into_any()
    } else {
        residents::table(&view.residents, true)
    };
    let (over, edit) = (format!("/overrides?site={name}"), format!("/sites/{name}/edit"));
    view! {
        <Crumbs items=vec![("Sites".to_owned(), "/sites".to_owned())]/>
        <PageHead title=name.clone() lede=lede>
            <AutoRefresh seconds=5/>
            <a class="button" href=over>"Override"</a>
            <a class="button primary" href=edit>"Edit"</a>
        </PageHead>
        <div data-live="site">
            {(!site.enabled).then(|| view! { <p class="notice warn">"This site is disabled: none of its members is answered."</p> })}
            <dl class="facts">
                <div><dt>"Responder"</dt><dd class="mono">{addresses(site)}</dd></div>
                <div><dt>"Members"</dt><dd>{tally(&view.line.tally)}{badges(true, site.draining, view.line.forced.as_ref())}</dd></div>
                <div><dt>"Weight of members"</dt><dd>{weight(site.weight)}</dd></div>
            </dl>
            <section><h2>"Locations"</h2>{places}</section>
            <section><h2>"Members"</h2>{members}</section>
        </div>
        <p class="end"><a class="danger" href=format!("/sites/{name}/delete")>"Delete this site"</a></p>
    }
}

/// Asks before a site is deleted.
pub fn delete(
    site: &Site,
    referrers: &[Referrer],
    problems: &Problems,
    carried: &Carried,
) -> impl IntoView + use<> {
    let name = site.name.to_string();
    let consequence = "No member is counted to it. What was logged under its name stays.";
    let back = format!("/sites/{name}");
    Question { list: ("Sites", "/sites"), word: "site", name: &name, back, referrers, consequence }
        .page(problems, carried)
}
