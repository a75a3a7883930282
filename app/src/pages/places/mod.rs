//! Where things are: sites, locations, and the groups clients belong to.

pub mod client_groups;
mod finder;
mod location_form;
pub mod locations;
mod question;
mod residents;
mod site_form;
pub mod sites;

use api::place::Tally;
use leptos::prelude::*;
use model::Weight;
use model::health::{Health, Override};

use super::overrides;
use crate::components::HealthMark;
use crate::format;

/// The three kinds, each a page: path, label.
const KINDS: [(&str, &str); 3] =
    [("/sites", "Sites"), ("/locations", "Locations"), ("/client-groups", "Client groups")];

/// The way from one kind to the others.
fn tabs(current: &str) -> AnyView {
    let link = |(href, label): (&'static str, &'static str)| {
        let here = (href == current).then_some("page");
        view! { <a href=href aria-current=here>{label}</a> }
    };
    view! { <nav class="segmented places" aria-label="Places">{KINDS.map(link).collect_view()}</nav> }
        .into_any()
}

/// What an operator decided of all members of a place.
fn badges(enabled: bool, draining: bool, forced: Option<&Override>) -> AnyView {
    let disabled = (!enabled).then(|| view! { <span class="badge">"disabled"</span> });
    let draining = draining.then(|| view! { <span class="badge">"draining"</span> });
    view! { {disabled}{draining}{forced.map(overrides::badge)} }.into_any()
}

/// Members of a place, and how they are.
fn tally(tally: &Tally) -> AnyView {
    let Tally { members, up, down } = *tally;
    if members == 0 {
        return view! { <span class="muted">"none"</span> }.into_any();
    }
    let health = match (up, down) {
        (0, down) if down == members => Health::Down,
        (0, _) => Health::Unknown,
        _ => Health::Up,
    };
    let words = match health {
        Health::Unknown => format!(" {}", format::count(members as u64, "member", "members")),
        _ => format!(" {up} of {members} up"),
    };
    view! { <HealthMark health=health/><span class="muted">{words}</span> }.into_any()
}

/// The weight a place gives its members.
fn weight(weight: Option<Weight>) -> String {
    weight.map_or_else(|| "their own".to_owned(), |weight| weight.to_string())
}
