//! Services: the list, one of them, and its forms.

use api::draft::{Form, ServiceDraft};
use api::view::{MemberDetail, PoolDetail, ServiceDetail};
use app::pages::Carried;
use app::pages::services::{self as pages, FormMode, ServiceChoices};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::config::{Config, Service};
use model::health::MemberKey;
use model::rrtype::{Family, RrType};
use model::{DnsName, Problem, Problems};

use super::{Meta, Posted, commit, errors, in_path, problems_of};
use crate::access::Actor;
use crate::backend;
use crate::http::problem::Failure;
use crate::http::{page, see_other};
use crate::site::{Shared, Site};

/// `GET /services`
pub async fn list(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    let lines = backend::service_lines(&site).await;
    let has_zones = !site.snapshot().config.zones.is_empty();
    let now = site.now();
    page::show(&site, &actor, "/services", StatusCode::OK, "Services", || {
        pages::list(&lines, has_zones, now).into_any()
    })
}

fn find(site: &Site, name: &str) -> Result<Service, Failure> {
    let parsed: Option<DnsName> = name.parse().ok();
    let snapshot = site.snapshot();
    let found = parsed.and_then(|name| snapshot.config.service(&name).cloned());
    found.ok_or_else(|| Failure::NotFound(format!("There is no service {name:?}.")))
}

/// `GET /services/{name}`
pub async fn detail(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    let path = format!("/services/{}", in_path(&name));
    let service = match find(&site, &name) {
        Ok(service) => service,
        Err(failure) => return errors::of(&site, &actor, &path, failure),
    };
    let view = describe(&site, service);
    let (targets, now) = (site.dig_targets(), site.now());
    page::show(&site, &actor, &path, StatusCode::OK, &view.service.name.to_string(), || {
        pages::detail(&view, &targets, now).into_any()
    })
}

fn describe(site: &Site, service: Service) -> ServiceDetail {
    let snapshot = site.snapshot();
    let measured = site.checker.state();
    let pools = service
        .pools
        .iter()
        .map(|pool| {
            let weights: Vec<u64> = pool.members.iter().map(|m| u64::from(m.weight.get())).collect();
            let shares = model::shares::shares(&weights);
            let member = |(member, share): (&model::config::Member, &f64)| {
                let key = MemberKey {
                    service: service.name.clone(),
                    pool: pool.name.clone(),
                    address: member.address,
                };
                MemberDetail {
                    site: snapshot.config.site_of(member).map(ToString::to_string),
                    share: *share,
                    health: measured.get(&key).cloned().unwrap_or_default(),
                }
            };
            PoolDetail { pool: pool.clone(), members: pool.members.iter().zip(&shares).map(member).collect() }
        })
        .collect();
    // Explained for the family the service has members of, IPv4 when it has both.
    let members = || service.pools.iter().flat_map(|p| &p.members);
    let only_v6 = members().all(|m| Family::of_address(m.address) == Family::V6);
    let rr_type = if only_v6 { RrType::AAAA } else { RrType::A };
    let client = std::net::IpAddr::from([127, 0, 0, 1]);
    let explanation = site.responder.current().explain(&service.name, rr_type, client, 1).steps;
    ServiceDetail { service, pools, explanation }
}

fn choices(config: &Config) -> ServiceChoices {
    ServiceChoices {
        zones: config.zones.iter().map(|z| z.name.to_string()).collect(),
        locations: config.locations.iter().map(|l| l.name.to_string()).collect(),
        monitors: config.monitors.iter().map(|m| m.name.to_string()).collect(),
    }
}

fn show_form(
    site: &Site,
    actor: &Actor,
    status: StatusCode,
    mode: FormMode,
    draft: &ServiceDraft,
    problems: &Problems,
    carried: &Carried,
) -> Response {
    let (path, title) = match &mode {
        FormMode::New => ("/services/new".to_owned(), "New service".to_owned()),
        FormMode::Edit(name) => (format!("/services/{}/edit", in_path(name)), format!("Edit {name}")),
    };
    let choices = choices(&site.snapshot().config);
    page::show(site, actor, &path, status, &title, || {
        pages::form(mode, draft, problems, &choices, carried).into_any()
    })
}

/// `GET /services/new`; the name starts within the only zone, if there is just one.
pub async fn new(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    let snapshot = site.snapshot();
    show_form(
        &site,
        &actor,
        StatusCode::OK,
        FormMode::New,
        &ServiceDraft::new(),
        &Problems::default(),
        &Carried::fresh(snapshot.generation),
    )
}

/// `POST /services/new`
pub async fn create(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    axum::Form(pairs): Posted,
) -> Response {
    save(&site, &actor, FormMode::New, Form::new(pairs)).await
}

/// `GET /services/{name}/edit`
pub async fn edit(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    match find(&site, &name) {
        Ok(service) => {
            let mode = FormMode::Edit(service.name.to_string());
            let generation = site.snapshot().generation;
            let draft = ServiceDraft::of(&service);
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
        Err(failure) => errors::of(&site, &actor, "/services", failure),
    }
}

/// `POST /services/{name}/edit`
pub async fn update(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    axum::Form(pairs): Posted,
) -> Response {
    match find(&site, &name) {
        Ok(service) => save(&site, &actor, FormMode::Edit(service.name.to_string()), Form::new(pairs)).await,
        Err(failure) => errors::of(&site, &actor, "/services", failure),
    }
}

async fn save(site: &Site, actor: &Actor, mode: FormMode, form: Form) -> Response {
    let draft = ServiceDraft::from_form(&form);
    let meta = Meta::of(&form);
    let reason = meta.reason.clone();
    let seen = meta.expected.unwrap_or_else(|| site.snapshot().generation);
    if ServiceDraft::is_row_edit(&form) {
        return show_form(
            site,
            actor,
            StatusCode::OK,
            mode,
            &draft,
            &Problems::default(),
            &Carried { generation: seen, reason },
        );
    }
    let result = match draft.parse() {
        Ok(service) => write(site, actor, meta, &mode, service).await,
        Err(problems) => Err(Failure::Invalid(problems)),
    };
    match result {
        Ok(name) => see_other(&format!("/services/{}", in_path(&name))),
        Err(failure) => {
            let status = failure.status();
            // After a conflict the form goes on from what is in force now: saving again is then a decision.
            let generation =
                if matches!(failure, Failure::Conflict { .. }) { site.snapshot().generation } else { seen };
            match problems_of(failure) {
                Ok(problems) => {
                    let problems = draft.beside_fields(problems);
                    show_form(site, actor, status, mode, &draft, &problems, &Carried { generation, reason })
                }
                Err(failure) => errors::of(site, actor, "/services", failure),
            }
        }
    }
}

async fn write(
    site: &Site,
    actor: &Actor,
    meta: Meta,
    mode: &FormMode,
    service: Service,
) -> Result<String, Failure> {
    let name = service.name.to_string();
    let old = match mode {
        FormMode::New => None,
        FormMode::Edit(old) => Some(old.clone()),
    };
    commit(site, actor, meta, move |config| {
        let renamed = old.as_deref() != Some(&service.name.to_string());
        if renamed && config.service(&service.name).is_some() {
            let message = "there is a service of this name: choose another, or edit that one";
            return Err(Problem::new("name", service.name.to_string(), message).into());
        }
        match config.services.iter_mut().find(|s| Some(s.name.to_string()) == old) {
            Some(place) => *place = service,
            None => config.services.push(service),
        }
        Ok(())
    })
    .await?;
    Ok(name)
}

/// `GET /services/{name}/delete`
pub async fn ask_delete(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    match find(&site, &name) {
        Ok(service) => {
            show_delete(&site, &actor, StatusCode::OK, &service, &Problems::default(), String::new())
        }
        Err(failure) => errors::of(&site, &actor, "/services", failure),
    }
}

fn show_delete(
    site: &Site,
    actor: &Actor,
    status: StatusCode,
    service: &Service,
    problems: &Problems,
    reason: String,
) -> Response {
    let name = service.name.to_string();
    let carried = Carried { generation: site.snapshot().generation, reason };
    page::show(
        site,
        actor,
        &format!("/services/{}/delete", in_path(&name)),
        status,
        &format!("Delete {name}"),
        || pages::delete(service, problems, &carried).into_any(),
    )
}

/// `POST /services/{name}/delete`
pub async fn delete(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    axum::Form(pairs): Posted,
) -> Response {
    let service = match find(&site, &name) {
        Ok(service) => service,
        Err(failure) => return errors::of(&site, &actor, "/services", failure),
    };
    let meta = Meta::of(&Form::new(pairs));
    let reason = meta.reason.clone();
    let gone = service.name.clone();
    let result = commit(&site, &actor, meta, move |config| {
        config.services.retain(|s| s.name != gone);
        Ok(())
    })
    .await;
    match result.map_err(problems_of) {
        Ok(_) => see_other("/services"),
        Err(Ok(problems)) => {
            show_delete(&site, &actor, StatusCode::UNPROCESSABLE_ENTITY, &service, &problems, reason)
        }
        Err(Err(failure)) => errors::of(&site, &actor, "/services", failure),
    }
}
