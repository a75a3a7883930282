//! Canary ramps: the form with its steps, the ramp itself, and what is done with it.

use api::draft::{CanaryDraft, Form};
use app::pages::ramps::{self as pages, CanaryChoice, PoolChoices, Preview, RampForm, RampPage};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use canary::Deed;
use http::StatusCode;
use leptos::prelude::*;
use model::Problems;
use model::canary::{CanaryRamp, CanarySpec};
use model::config::Service;
use serde::Deserialize;

use super::managed::find;
use super::{Posted, errors, in_path, problems_of};
use crate::access::Actor;
use crate::http::problem::Failure;
use crate::http::{page, see_other};
use crate::ramps;
use crate::site::{Shared, Site};

fn path_of(service: &str) -> String {
    format!("/services/{}/ramp", in_path(service))
}

/// Which ramp of the service.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// Its number; the one that is active, or the latest, when absent.
    id: Option<i64>,
}

/// `GET /services/{name}/ramp`
pub async fn show(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let path = path_of(&name);
    match gather(&site, &name, wanted.id).await {
        Ok(Some(view)) => {
            let (now, title) = (site.now(), format!("Ramp of {}", view.service));
            page::show(&site, &actor, &path, StatusCode::OK, &title, || pages::watch(&view, now).into_any())
        }
        Ok(None) => see_other(&format!("{path}/new")),
        Err(failure) => errors::of(&site, &actor, &path, failure),
    }
}

/// The ramp that is wanted with the others of the service; none when the service had none yet.
async fn gather(site: &Site, name: &str, id: Option<i64>) -> Result<Option<RampPage>, Failure> {
    let service = name.parse::<model::DnsName>();
    let service = service.map_err(|e| Failure::NotFound(format!("{name:?} is no name: {e}.")))?.to_string();
    let mut all: Vec<CanaryRamp> = site.store.ramps(Some(&service)).await?;
    if all.is_empty() {
        let _: Service = find(site, name)?;
        return Ok(None);
    }
    let place = match id {
        Some(id) => all.iter().position(|ramp| ramp.id == id),
        None => Some(all.iter().position(|ramp| ramp.phase.is_active()).unwrap_or(0)),
    };
    let missing = || Failure::NotFound(format!("{service} has no such ramp."));
    let ramp = all.remove(place.ok_or_else(missing)?);
    let view = ramps::view(site, ramp).await?;
    Ok(Some(RampPage { service, view, others: all }))
}

/// `GET /services/{name}/ramp/new`: with fields in the query, what would come of them.
pub async fn ask(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Response {
    let path = format!("{}/new", path_of(&name));
    let service: Service = match find(&site, &name) {
        Ok(service) => service,
        Err(failure) => return errors::of(&site, &actor, &path, failure),
    };
    let draft = if pairs.is_empty() { CanaryDraft::new() } else { CanaryDraft::from_form(&Form::new(pairs)) };
    let problems = Problems::default();
    render(&site, &actor, &service, draft, problems, StatusCode::OK)
}

/// `POST /services/{name}/ramp/new`: makes the ramp and starts it.
pub async fn post(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    axum::Form(pairs): Posted,
) -> Response {
    let path = format!("{}/new", path_of(&name));
    let service: Service = match find(&site, &name) {
        Ok(service) => service,
        Err(failure) => return errors::of(&site, &actor, &path, failure),
    };
    let draft = CanaryDraft::from_form(&Form::new(pairs));
    let made = match draft.parse(&service.name) {
        Ok(spec) => begin(&site, &actor, spec, &draft.reason).await,
        Err(problems) => Err(Failure::Invalid(problems)),
    };
    let failure = match made {
        Ok(()) => return see_other(&path_of(&name)),
        Err(failure) => failure,
    };
    let status = failure.status();
    match problems_of(failure) {
        Ok(problems) => render(&site, &actor, &service, draft, CanaryDraft::beside_fields(problems), status),
        Err(failure) => errors::of(&site, &actor, &path, failure),
    }
}

/// A ramp that cannot be started is none: there is nothing to come back to.
async fn begin(site: &Site, actor: &Actor, spec: CanarySpec, reason: &str) -> Result<(), Failure> {
    let ramp = ramps::create(site, actor, spec, reason).await?;
    if let Err(failure) = ramps::operate(site, actor, ramp.id, Deed::Start, reason).await {
        // One that was begun all the same is not removed, and goes on when it can.
        let _ = ramps::remove(site, actor, ramp.id).await;
        return Err(failure);
    }
    Ok(())
}

/// The form; what is wrong with it, unless it was sent, stands in its preview alone.
fn render(
    site: &Site,
    actor: &Actor,
    service: &Service,
    draft: CanaryDraft,
    problems: Problems,
    status: StatusCode,
) -> Response {
    let name = service.name.to_string();
    let sent = !problems.0.is_empty();
    let planned = draft.parse(&service.name).and_then(|spec| Ok((ramps::plan(site, &spec)?, spec)));
    let (preview, seen) = match planned {
        Ok((outline, spec)) => {
            let preview = Preview {
                spec,
                steps: outline.steps,
                beginning_share: outline.beginning_share,
                ttl: outline.ttl,
                warnings: outline.warnings,
            };
            (Some(preview), Problems::default())
        }
        Err(problems) => (None, CanaryDraft::beside_fields(problems)),
    };
    let problems = if sent { problems } else { seen };
    let form = RampForm { service: name.clone(), pools: pools(service), draft, preview, problems, sent };
    let path = format!("{}/new", path_of(&name));
    page::show(site, actor, &path, status, &format!("Ramp a canary of {name}"), || {
        pages::form(&form).into_any()
    })
}

fn pools(service: &Service) -> Vec<PoolChoices> {
    let pool = |pool: &model::config::Pool| {
        let members: Vec<_> = pool.members.iter().filter(|m| m.address.is_some() && m.enabled).collect();
        let weights: Vec<u64> = members.iter().map(|m| u64::from(m.weight.get())).collect();
        let choice = |(m, share): (&&model::config::Member, f64)| CanaryChoice {
            address: m.id().to_string(),
            weight: m.weight.get(),
            share,
        };
        let members = members.iter().zip(model::shares::shares(&weights)).map(choice).collect();
        PoolChoices { pool: pool.name.to_string(), members }
    };
    service.pools.iter().map(pool).filter(|pool| !pool.members.is_empty()).collect()
}

/// What is given with a deed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DeedForm {
    reason: String,
}

/// `POST /services/{name}/ramp/{id}/{deed}`
pub async fn operate(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path((name, id, word)): Path<(String, i64, String)>,
    axum::Form(form): axum::Form<DeedForm>,
) -> Response {
    let path = path_of(&name);
    let done = match ramps::deed(&word) {
        Some(deed) => ramps::operate(&site, &actor, id, deed, &form.reason).await,
        None => Err(Failure::NotFound(format!("{word:?} is nothing that is done with a ramp."))),
    };
    match done {
        Ok(_) => see_other(&format!("{path}?id={id}")),
        Err(failure) => errors::of(&site, &actor, &path, failure),
    }
}
