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
use model::config::{Config, Zone};
use model::{DnsName, Problem, Problems};

use super::{Meta, Posted, commit, errors, in_path, problems_of};
use crate::access::Actor;
use crate::http::problem::Failure;
use crate::http::{page, see_other};
use crate::site::{Shared, Site};

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

fn find(site: &Site, name: &str) -> Result<Zone, Failure> {
    let parsed: Option<DnsName> = name.parse().ok();
    let snapshot = site.snapshot();
    let found = parsed.and_then(|name| snapshot.config.zone(&name).cloned());
    found.ok_or_else(|| Failure::NotFound(format!("There is no zone {name:?}.")))
}

/// `GET /zones/{name}`
pub async fn detail(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    let zone = match find(&site, &name) {
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

fn show_form(
    site: &Site,
    actor: &Actor,
    status: StatusCode,
    mode: FormMode,
    draft: &ZoneDraft,
    problems: &Problems,
    carried: &Carried,
) -> Response {
    let (path, title) = match &mode {
        FormMode::New => ("/zones/new".to_owned(), "New zone".to_owned()),
        FormMode::Edit(name) => (format!("/zones/{}/edit", in_path(name)), format!("Edit {name}")),
    };
    page::show(site, actor, &path, status, &title, || pages::form(mode, draft, problems, carried).into_any())
}

/// `GET /zones/new`
pub async fn new(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    let generation = site.snapshot().generation;
    show_form(
        &site,
        &actor,
        StatusCode::OK,
        FormMode::New,
        &ZoneDraft::new(),
        &Problems::default(),
        &Carried::fresh(generation),
    )
}

/// `POST /zones/new`
pub async fn create(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    axum::Form(pairs): Posted,
) -> Response {
    save(&site, &actor, FormMode::New, Form::new(pairs)).await
}

/// `GET /zones/{name}/edit`
pub async fn edit(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    match find(&site, &name) {
        Ok(zone) => {
            let mode = FormMode::Edit(zone.name.to_string());
            let generation = site.snapshot().generation;
            let draft = ZoneDraft::of(&zone);
            show_form(
                &site,
                &actor,
                StatusCode::OK,
                mode,
                &draft,
                &Problems::default(),
                &Carried::fresh(generation),
            )
        }
        Err(failure) => errors::of(&site, &actor, "/zones", failure),
    }
}

/// `POST /zones/{name}/edit`
pub async fn update(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    axum::Form(pairs): Posted,
) -> Response {
    match find(&site, &name) {
        Ok(zone) => save(&site, &actor, FormMode::Edit(zone.name.to_string()), Form::new(pairs)).await,
        Err(failure) => errors::of(&site, &actor, "/zones", failure),
    }
}

async fn save(site: &Site, actor: &Actor, mode: FormMode, form: Form) -> Response {
    let draft = ZoneDraft::from_form(&form);
    let meta = Meta::of(&form);
    let reason = meta.reason.clone();
    let seen = meta.expected.unwrap_or_else(|| site.snapshot().generation);
    let result = match draft.parse() {
        Ok(zone) => write(site, actor, meta, &mode, zone).await,
        Err(problems) => Err(Failure::Invalid(problems)),
    };
    match result {
        Ok(name) => see_other(&format!("/zones/{}", in_path(&name))),
        Err(failure) => {
            let status = failure.status();
            let generation =
                if matches!(failure, Failure::Conflict { .. }) { site.snapshot().generation } else { seen };
            match problems_of(failure) {
                Ok(problems) => {
                    let problems = draft.beside_fields(problems);
                    show_form(site, actor, status, mode, &draft, &problems, &Carried { generation, reason })
                }
                Err(failure) => errors::of(site, actor, "/zones", failure),
            }
        }
    }
}

async fn write(
    site: &Site,
    actor: &Actor,
    meta: Meta,
    mode: &FormMode,
    zone: Zone,
) -> Result<String, Failure> {
    let name = zone.name.to_string();
    let old = match mode {
        FormMode::New => None,
        FormMode::Edit(old) => Some(old.clone()),
    };
    commit(site, actor, meta, move |config| {
        let renamed = old.as_deref() != Some(&zone.name.to_string());
        if renamed && config.zone(&zone.name).is_some() {
            let message = "there is a zone of this name: choose another, or edit that one";
            return Err(Problem::new("name", zone.name.to_string(), message).into());
        }
        match config.zones.iter_mut().find(|z| Some(z.name.to_string()) == old) {
            Some(place) => *place = zone,
            None => config.zones.push(zone),
        }
        Ok(())
    })
    .await?;
    Ok(name)
}

/// `GET /zones/{name}/delete`
pub async fn ask_delete(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    match find(&site, &name) {
        Ok(zone) => show_delete(&site, &actor, StatusCode::OK, &zone, &Problems::default(), String::new()),
        Err(failure) => errors::of(&site, &actor, "/zones", failure),
    }
}

fn show_delete(
    site: &Site,
    actor: &Actor,
    status: StatusCode,
    zone: &Zone,
    problems: &Problems,
    reason: String,
) -> Response {
    let snapshot = site.snapshot();
    let view = ZoneDetail { zone: zone.clone(), services: services_in(&snapshot.config, zone) };
    let carried = Carried { generation: snapshot.generation, reason };
    let name = zone.name.to_string();
    page::show(
        site,
        actor,
        &format!("/zones/{}/delete", in_path(&name)),
        status,
        &format!("Delete {name}"),
        || pages::delete(&view, problems, &carried).into_any(),
    )
}

/// `POST /zones/{name}/delete`: refused while services live in it, by the check of the whole configuration.
pub async fn delete(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    axum::Form(pairs): Posted,
) -> Response {
    let zone = match find(&site, &name) {
        Ok(zone) => zone,
        Err(failure) => return errors::of(&site, &actor, "/zones", failure),
    };
    let meta = Meta::of(&Form::new(pairs));
    let reason = meta.reason.clone();
    let gone = zone.name.clone();
    let result = commit(&site, &actor, meta, move |config| {
        config.zones.retain(|z| z.name != gone);
        Ok(())
    })
    .await;
    match result.map_err(problems_of) {
        Ok(_) => see_other("/zones"),
        Err(Ok(problems)) => {
            show_delete(&site, &actor, StatusCode::UNPROCESSABLE_ENTITY, &zone, &problems, reason)
        }
        Err(Err(failure)) => errors::of(&site, &actor, "/zones", failure),
    }
}
