//! Monitors: the list and its forms.

use api::draft::{Form, MonitorDraft};
use api::view::MonitorLine;
use app::pages::Carried;
use app::pages::monitors::{self as pages, FormMode};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::config::{Config, Monitor};
use model::{Problem, Problems};

use super::{Meta, Posted, commit, errors, in_path, problems_of};
use crate::access::Actor;
use crate::http::problem::Failure;
use crate::http::{page, see_other};
use crate::site::{Shared, Site};

fn services_with(config: &Config, monitor: &Monitor) -> Vec<String> {
    let users = config.services.iter().filter(|s| s.monitors.contains(&monitor.name));
    users.map(|s| s.name.to_string()).collect()
}

/// `GET /monitors`
pub async fn list(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    let snapshot = site.snapshot();
    let config = &snapshot.config;
    let line = |m: &Monitor| MonitorLine { monitor: m.clone(), services: services_with(config, m) };
    let lines: Vec<MonitorLine> = config.monitors.iter().map(line).collect();
    page::show(&site, &actor, "/monitors", StatusCode::OK, "Monitors", || pages::list(&lines).into_any())
}

fn find(site: &Site, name: &str) -> Result<Monitor, Failure> {
    let snapshot = site.snapshot();
    let found = snapshot.config.monitor(name).cloned();
    found.ok_or_else(|| Failure::NotFound(format!("There is no monitor {name:?}.")))
}

fn show_form(
    site: &Site,
    actor: &Actor,
    status: StatusCode,
    mode: FormMode,
    draft: &MonitorDraft,
    problems: &Problems,
    carried: &Carried,
) -> Response {
    let (path, title) = match &mode {
        FormMode::New => ("/monitors/new".to_owned(), "New monitor".to_owned()),
        FormMode::Edit(name) => (format!("/monitors/{}/edit", in_path(name)), format!("Edit {name}")),
    };
    page::show(site, actor, &path, status, &title, || pages::form(mode, draft, problems, carried).into_any())
}

/// `GET /monitors/new`
pub async fn new(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    let generation = site.snapshot().generation;
    show_form(
        &site,
        &actor,
        StatusCode::OK,
        FormMode::New,
        &MonitorDraft::new(),
        &Problems::default(),
        &Carried::fresh(generation),
    )
}

/// `POST /monitors/new`
pub async fn create(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    axum::Form(pairs): Posted,
) -> Response {
    save(&site, &actor, FormMode::New, Form::new(pairs)).await
}

/// `GET /monitors/{name}/edit`
pub async fn edit(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    match find(&site, &name) {
        Ok(monitor) => {
            let mode = FormMode::Edit(monitor.name.to_string());
            let generation = site.snapshot().generation;
            let draft = MonitorDraft::of(&monitor);
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
        Err(failure) => errors::of(&site, &actor, "/monitors", failure),
    }
}

/// `POST /monitors/{name}/edit`
pub async fn update(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    axum::Form(pairs): Posted,
) -> Response {
    match find(&site, &name) {
        Ok(monitor) => save(&site, &actor, FormMode::Edit(monitor.name.to_string()), Form::new(pairs)).await,
        Err(failure) => errors::of(&site, &actor, "/monitors", failure),
    }
}

async fn save(site: &Site, actor: &Actor, mode: FormMode, form: Form) -> Response {
    let draft = MonitorDraft::from_form(&form);
    let meta = Meta::of(&form);
    let reason = meta.reason.clone();
    let seen = meta.expected.unwrap_or_else(|| site.snapshot().generation);
    let result = match draft.parse() {
        Ok(monitor) => write(site, actor, meta, &mode, monitor).await,
        Err(problems) => Err(Failure::Invalid(problems)),
    };
    match result {
        Ok(_) => see_other("/monitors"),
        Err(failure) => {
            let status = failure.status();
            let generation =
                if matches!(failure, Failure::Conflict { .. }) { site.snapshot().generation } else { seen };
            match problems_of(failure) {
                Ok(problems) => {
                    let problems = draft.beside_fields(problems);
                    show_form(site, actor, status, mode, &draft, &problems, &Carried { generation, reason })
                }
                Err(failure) => errors::of(site, actor, "/monitors", failure),
            }
        }
    }
}

async fn write(
    site: &Site,
    actor: &Actor,
    meta: Meta,
    mode: &FormMode,
    monitor: Monitor,
) -> Result<String, Failure> {
    let name = monitor.name.to_string();
    let old = match mode {
        FormMode::New => None,
        FormMode::Edit(old) => Some(old.clone()),
    };
    commit(site, actor, meta, move |config| {
        let renamed = old.as_deref() != Some(&monitor.name.to_string());
        if renamed && config.monitor(monitor.name.as_str()).is_some() {
            let message = "there is a monitor of this name: choose another, or edit that one";
            return Err(Problem::new("name", monitor.name.to_string(), message).into());
        }
        match config.monitors.iter_mut().find(|z| Some(z.name.to_string()) == old) {
            Some(place) => *place = monitor,
            None => config.monitors.push(monitor),
        }
        Ok(())
    })
    .await?;
    Ok(name)
}

/// `GET /monitors/{name}/delete`
pub async fn ask_delete(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    match find(&site, &name) {
        Ok(monitor) => {
            show_delete(&site, &actor, StatusCode::OK, &monitor, &Problems::default(), String::new())
        }
        Err(failure) => errors::of(&site, &actor, "/monitors", failure),
    }
}

fn show_delete(
    site: &Site,
    actor: &Actor,
    status: StatusCode,
    monitor: &Monitor,
    problems: &Problems,
    reason: String,
) -> Response {
    let snapshot = site.snapshot();
    let view = MonitorLine { monitor: monitor.clone(), services: services_with(&snapshot.config, monitor) };
    let carried = Carried { generation: snapshot.generation, reason };
    let name = monitor.name.to_string();
    page::show(
        site,
        actor,
        &format!("/monitors/{}/delete", in_path(&name)),
        status,
        &format!("Delete {name}"),
        || pages::delete(&view, problems, &carried).into_any(),
    )
}

/// `POST /monitors/{name}/delete`: refused while services use it, by the check of the whole configuration.
pub async fn delete(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    axum::Form(pairs): Posted,
) -> Response {
    let monitor = match find(&site, &name) {
        Ok(monitor) => monitor,
        Err(failure) => return errors::of(&site, &actor, "/monitors", failure),
    };
    let meta = Meta::of(&Form::new(pairs));
    let reason = meta.reason.clone();
    let gone = monitor.name.clone();
    let result = commit(&site, &actor, meta, move |config| {
        config.monitors.retain(|z| z.name != gone);
        Ok(())
    })
    .await;
    match result.map_err(problems_of) {
        Ok(_) => see_other("/monitors"),
        Err(Ok(problems)) => {
            show_delete(&site, &actor, StatusCode::UNPROCESSABLE_ENTITY, &monitor, &problems, reason)
        }
        Err(Err(failure)) => errors::of(&site, &actor, "/monitors", failure),
    }
}
