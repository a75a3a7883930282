//! Zones: the list, one of them, and its forms.

use api::draft::{Form, ZoneDraft};
use api::view::ZoneDetail;
use app::pages::Carried;
use app::pages::zones::{self as pages, FormMode};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::Problems;
use model::config::{Config, Zone};

use super::managed::{Managed, find};
use super::{errors, in_path};
use crate::access::Actor;
use crate::http::page;
use crate::site::Shared;

fn services_in(config: &Config, zone: &Zone) -> Vec<String> {
    let inside =
        config.services.iter().filter(|s| config.zone_of(&s.name).is_some_and(|z| z.name == zone.name));
    inside.map(|s| s.name.to_string()).collect()
}

/// `GET /zones`
pub async fn list(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    let snapshot = site.snapshot();
    let config = &snapshot.config;
    let lines: Vec<(Zone, usize)> =
        config.zones.iter().map(|z| (z.clone(), services_in(config, z).len())).collect();
    page::show(&site, &actor, "/zones", StatusCode::OK, "Zones", || pages::list(&lines).into_any())
}

impl Managed for Zone {
    const LIST: &'static str = "/zones";
    const WORD: &'static str = "zone";
    type Draft = ZoneDraft;

    fn name(&self) -> String {
        self.name.to_string()
    }
    fn find(config: &Config, name: &str) -> Option<Zone> {
        config.zone(&name.parse().ok()?).cloned()
    }
    fn all(config: &mut Config) -> &mut Vec<Zone> {
        &mut config.zones
    }

    fn empty_draft() -> ZoneDraft {
        ZoneDraft::new()
    }
    fn draft(&self) -> ZoneDraft {
        ZoneDraft::of(self)
    }
    fn posted(form: &Form) -> ZoneDraft {
        ZoneDraft::from_form(form)
    }
    fn parse(draft: &ZoneDraft) -> Result<Zone, Problems> {
        draft.parse()
    }
    fn beside_fields(draft: &ZoneDraft, problems: Problems) -> Problems {
        draft.beside_fields(problems)
    }

    fn form(
        mode: FormMode,
        draft: &ZoneDraft,
        problems: &Problems,
        carried: &Carried,
        _: &Config,
    ) -> AnyView {
        pages::form(mode, draft, problems, carried).into_any()
    }
    fn question(&self, problems: &Problems, carried: &Carried, config: &Config) -> AnyView {
        let view = ZoneDetail { zone: self.clone(), services: services_in(config, self) };
        pages::delete(&view, problems, carried).into_any()
    }
}

/// `GET /zones/{name}`
pub async fn detail(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    let zone: Zone = match find(&site, &name) {
        Ok(zone) => zone,
        Err(failure) => return errors::of(&site, &actor, "/zones", failure),
    };
    let snapshot = site.snapshot();
    let services = services_in(&snapshot.config, &zone);
    let view = ZoneDetail { zone, services };
    let title = view.zone.name.to_string();
    page::show(&site, &actor, &format!("/zones/{}", in_path(&name)), StatusCode::OK, &title, || {
        pages::detail(&view, snapshot.generation).into_any()
    })
}
