//! Locations: the list, one of them, and its forms.

use api::draft::{Form, LocationDraft};
use app::pages::places::locations as pages;
use app::pages::{Carried, FormMode};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::Problems;
use model::config::{Config, Location, Referrer};

use super::FinderQuery;
use crate::access::Actor;
use crate::backend::places;
use crate::http::page;
use crate::http::pages::managed::{Managed, find};
use crate::http::pages::{errors, in_path};
use crate::site::Shared;

const LIST: &str = "/locations";

/// `GET /locations`
pub async fn list(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<FinderQuery>,
) -> Response {
    let (lines, asked) = (places::locations(&site), places::asked(&site, &query.client));
    page::show(&site, &actor, LIST, StatusCode::OK, "Locations", || pages::list(&lines, &asked).into_any())
}

/// `GET /locations/{name}`
pub async fn detail(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    let path = format!("{LIST}/{}", in_path(&name));
    let one: Location = match find(&site, &name) {
        Ok(one) => one,
        Err(failure) => return errors::of(&site, &actor, &path, failure),
    };
    let view = places::location_detail(&site, &one);
    page::show(&site, &actor, &path, StatusCode::OK, &name, || pages::detail(&view).into_any())
}

impl Managed for Location {
    const LIST: &'static str = LIST;
    const WORD: &'static str = "location";
    type Draft = LocationDraft;

    fn name(&self) -> String {
        self.name.to_string()
    }
    fn find(config: &Config, name: &str) -> Option<Location> {
        config.location(name).cloned()
    }
    fn all(config: &mut Config) -> &mut Vec<Location> {
        &mut config.locations
    }
    fn referrers(config: &Config, name: &str) -> Vec<Referrer> {
        config.referrers_of_location(name)
    }

    fn empty_draft() -> LocationDraft {
        LocationDraft::new()
    }
    fn draft(&self) -> LocationDraft {
        LocationDraft::of(self)
    }
    fn posted(form: &Form) -> LocationDraft {
        LocationDraft::from_form(form)
    }
    fn parse(draft: &LocationDraft) -> Result<Location, Problems> {
        draft.parse()
    }
    fn beside_fields(draft: &LocationDraft, problems: Problems) -> Problems {
        draft.beside_fields(problems)
    }

    fn form(
        mode: FormMode,
        draft: &LocationDraft,
        problems: &Problems,
        carried: &Carried,
        config: &Config,
    ) -> AnyView {
        pages::form(mode, draft, problems, carried, config).into_any()
    }
    fn question(&self, problems: &Problems, carried: &Carried, config: &Config) -> AnyView {
        let referrers = config.referrers_of_location(self.name.as_str());
        pages::delete(self, &referrers, problems, carried).into_any()
    }
}
