//! Overrides of measured health.

use app::pages::overrides::{self, OverrideDraft, OverrideLine};
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::config::Config;
use model::health::{Health, OverrideTarget};
use model::{Problem, Problems};
use serde::Deserialize;

use crate::access::Actor;
use crate::http::problem::Failure;
use crate::http::rest::overrides::{NewOverride, put, take_back};
use crate::http::{page, see_other};
use crate::site::{Shared, Site};

const PATH: &str = "/overrides";

/// Where the form is opened from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Opened {
    service: Option<String>,
    pool: Option<String>,
    member: Option<String>,
    location: Option<String>,
    site: Option<String>,
}

impl Opened {
    /// The target to begin with.
    fn target(&self) -> Option<OverrideTarget> {
        let place = |name: &Option<String>| name.as_ref()?.parse().ok();
        if let Some(location) = place(&self.location) {
            return Some(OverrideTarget::Location(location));
        }
        if let Some(site) = place(&self.site) {
            return Some(OverrideTarget::Site(site));
        }
        let service = self.service.as_ref()?.parse().ok()?;
        let pool = self.pool.as_ref()?.parse().ok()?;
        Some(match &self.member {
            Some(member) => OverrideTarget::Member { service, pool, member: member.clone() },
            None => OverrideTarget::Pool { service, pool },
        })
    }
}

/// `GET /overrides`
pub async fn show(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(opened): Query<Opened>,
) -> Response {
    let draft = OverrideDraft {
        target: opened.target().map(|target| key(&target)).unwrap_or_default(),
        forced: Health::Down.as_str().to_owned(),
        lasts: "1h".to_owned(),
        reason: String::new(),
    };
    render(&site, &actor, StatusCode::OK, &opened, &draft, &Problems::default())
}

fn render(
    site: &Site,
    actor: &Actor,
    status: StatusCode,
    opened: &Opened,
    draft: &OverrideDraft,
    problems: &Problems,
) -> Response {
    let now = site.now();
    let line = |one: model::health::Override| OverrideLine { key: key(&one.target), one };
    let lines: Vec<OverrideLine> = site.overrides.list(now).into_iter().map(line).collect();
    let snapshot = site.snapshot();
    let targets = targets(&snapshot.config, opened.service.as_deref());
    page::show(site, actor, PATH, status, "Overrides", || {
        overrides::list(&lines, opened.service.as_deref(), targets, draft, problems, now).into_any()
    })
}

/// What may be overridden from here, as (value, label): the members and pools of the service, then locations and
/// sites.
fn targets(config: &Config, service: Option<&str>) -> Vec<(String, String)> {
    let service = service.and_then(|name| config.service(&name.parse().ok()?));
    let mut all = Vec::new();
    for pool in service.iter().flat_map(|service| &service.pools) {
        let service = service.map(|service| service.name.clone()).unwrap_or_else(model::DnsName::root);
        all.extend(pool.members.iter().map(|member| OverrideTarget::Member {
            service: service.clone(),
            pool: pool.name.clone(),
            member: member.id().to_string(),
        }));
        all.push(OverrideTarget::Pool { service, pool: pool.name.clone() });
    }
    all.extend(config.locations.iter().map(|location| OverrideTarget::Location(location.name.clone())));
    all.extend(config.sites.iter().map(|site| OverrideTarget::Site(site.name.clone())));
    all.iter().map(|target| (key(target), capital(&target.to_string()))).collect()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A target as a form carries it.
fn key(target: &OverrideTarget) -> String {
    serde_json::to_string(target).unwrap_or_default()
}

fn target_of(text: &str) -> Result<OverrideTarget, Failure> {
    serde_json::from_str(text)
        .map_err(|_| Failure::Invalid(Problem::new("target", "", "choose a target from the list").into()))
}

/// The form.
#[derive(Debug, Deserialize)]
pub struct SetForm {
    #[serde(default)]
    target: String,
    #[serde(default)]
    forced: String,
    #[serde(default, rename = "for")]
    lasts: String,
    #[serde(default)]
    reason: String,
}

/// `POST /overrides`
pub async fn post(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(opened): Query<Opened>,
    axum::Form(form): axum::Form<SetForm>,
) -> Response {
    let failure = match set(&site, &actor, &form).await {
        Ok(()) => return see_other(PATH),
        Err(failure) => failure,
    };
    match super::problems_of(failure) {
        Ok(problems) => {
            let SetForm { target, forced, lasts, reason } = form;
            let draft = OverrideDraft { target, forced, lasts, reason };
            render(&site, &actor, StatusCode::UNPROCESSABLE_ENTITY, &opened, &draft, &problems)
        }
        Err(failure) => super::errors::of(&site, &actor, PATH, failure),
    }
}

async fn set(site: &Site, actor: &Actor, form: &SetForm) -> Result<(), Failure> {
    let invalid =
        |field: &str, text: &str, message: &str| Failure::Invalid(Problem::new(field, text, message).into());
    let forced = match form.forced.as_str() {
        "UP" => Health::Up,
        "DOWN" => Health::Down,
        other => return Err(invalid("forced", other, "choose up or down")),
    };
    let lasts = match form.lasts.trim() {
        "" => None,
        text => {
            Some(text.parse().map_err(|e: model::value::ValueError| invalid("for", text, &e.to_string()))?)
        }
    };
    let new = NewOverride { target: target_of(&form.target)?, forced, lasts, reason: form.reason.clone() };
    put(site, actor, new).await?;
    Ok(())
}

/// The one to take back.
#[derive(Debug, Deserialize)]
pub struct LiftForm {
    #[serde(default)]
    target: String,
}

/// `POST /overrides/lift`
pub async fn lift(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    axum::Form(form): axum::Form<LiftForm>,
) -> Response {
    let lifted = async { take_back(&site, &actor, &target_of(&form.target)?).await };
    match lifted.await {
        // It expired meanwhile, or somebody else was faster: what was wanted is so.
        Ok(()) | Err(Failure::NotFound(_)) => see_other(PATH),
        Err(failure) => super::errors::of(&site, &actor, PATH, failure),
    }
}
