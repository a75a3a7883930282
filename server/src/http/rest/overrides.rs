//! Overrides of measured health: set, listed, taken back.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use model::health::{Health, Override, OverrideTarget};
use model::{Problem, Span};
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::declarative;
use crate::http::problem::Failure;
use crate::site::{Shared, Site};

/// Longest an override may be told to hold; without a span it holds until it is taken back.
const LONGEST: Span = Span::seconds(366 * 86_400);
/// Longest reason kept, characters.
const MAX_REASON: usize = 500;

/// An override to put in force.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOverride {
    /// Whose health.
    pub target: OverrideTarget,
    /// `UP` or `DOWN`.
    pub forced: Health,
    /// How long it holds; until it is taken back when absent.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Span>,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// The one to take back.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lift {
    /// Whose health.
    pub target: OverrideTarget,
}

/// `GET /overrides`
pub async fn list(State(site): State<Shared>) -> Json<Vec<Override>> {
    Json(site.overrides.list(site.now()))
}

/// `POST /overrides`
pub async fn set(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    body: String,
) -> Result<(StatusCode, Json<Override>), Failure> {
    let new = declarative::read_json(&body, "send a target and forced")
        .map_err(|problem| Failure::Invalid(problem.into()))?;
    Ok((StatusCode::CREATED, Json(put(&site, &actor, new).await?)))
}

/// Puts one in force; on return the next answer obeys it.
pub async fn put(site: &Site, actor: &Actor, new: NewOverride) -> Result<Override, Failure> {
    let invalid = |field: &str, value: &str, message: &str| {
        Failure::Invalid(Problem::new(field, value, message).into())
    };
    if new.forced == Health::Unknown {
        return Err(invalid("forced", "UNKNOWN", "give UP or DOWN, or take the override back"));
    }
    let lasts = new.lasts;
    if lasts.is_some_and(|span| span.as_millis() < 1000 || span > LONGEST) {
        let text = lasts.map(|span| span.to_string()).unwrap_or_default();
        return Err(invalid(
            "for",
            &text,
            "give a span from 1s to 366d, or none to hold until it is taken back",
        ));
    }
    let at = site.now();
    let reason = new.reason.trim().chars().filter(|c| !c.is_control()).take(MAX_REASON).collect();
    let one = Override {
        target: new.target,
        forced: new.forced,
        until: lasts.map(|span| at + span.as_millis() as i64 * 1000),
        by: actor.name.clone(),
        reason,
        at,
    };
    site.overrides.set(site, one.clone()).await.map_err(Failure::Invalid)?;
    site.publisher.health(site)?;
    Ok(one)
}

/// `POST /overrides/lift`
pub async fn lift(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    body: String,
) -> Result<StatusCode, Failure> {
    let one: Lift =
        declarative::read_json(&body, "send a target").map_err(|problem| Failure::Invalid(problem.into()))?;
    take_back(&site, &actor, &one.target).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes one back; on return the next answer goes by what checks say.
pub async fn take_back(site: &Site, actor: &Actor, target: &OverrideTarget) -> Result<(), Failure> {
    if !site.overrides.lift(site, target, &actor.name).await {
        return Err(Failure::NotFound(format!("there is no override on {target}")));
    }
    Ok(site.publisher.health(site)?)
}
