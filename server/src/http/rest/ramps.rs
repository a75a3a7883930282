//! Canary ramps: planned, started, steered by hand, forgotten.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use canary::Deed;
use model::DnsName;
use model::canary::{CanaryRamp, CanarySpec, PlannedStep, RampView};
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::declarative;
use crate::http::problem::Failure;
use crate::ramps;
use crate::site::{Shared, Site};

/// Which ramps.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RampsQuery {
    /// Only of this service.
    pub service: Option<DnsName>,
}

/// How a request is meant.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RampQuery {
    /// Show the steps and keep nothing.
    pub dry_run: bool,
    /// Why, for the history.
    pub reason: String,
}

/// What would come of a request, or came of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct RampPlan {
    /// Number of the ramp; none for a dry run.
    pub id: Option<i64>,
    /// The canary's share now, 0 to 1.
    pub beginning_share: f64,
    /// The steps in whole weights, with what rounding leaves.
    pub steps: Vec<PlannedStep>,
    /// What is allowed and may not be meant.
    pub warnings: Vec<String>,
}

/// `GET /ramps`
pub async fn list(
    State(site): State<Shared>,
    Query(query): Query<RampsQuery>,
) -> Result<Json<Vec<CanaryRamp>>, Failure> {
    let service = query.service.map(|name| name.to_string());
    Ok(Json(site.store.ramps(service.as_deref()).await?))
}

/// `POST /ramps`
pub async fn create(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<RampQuery>,
    body: String,
) -> Result<(StatusCode, Json<RampPlan>), Failure> {
    let spec: CanarySpec = declarative::read_json(&body, "send a service, a pool, members and steps")
        .map_err(|problem| Failure::Invalid(problem.into()))?;
    let outline = ramps::plan(&site, &spec).map_err(Failure::Invalid)?;
    let (status, id) = match query.dry_run {
        true => (StatusCode::OK, None),
        false => (StatusCode::CREATED, Some(ramps::create(&site, &actor, spec, &query.reason).await?.id)),
    };
    let plan = RampPlan {
        id,
        beginning_share: outline.beginning_share,
        steps: outline.steps,
        warnings: outline.warnings,
    };
    Ok((status, Json(plan)))
}

/// `GET /ramps/{id}`
pub async fn one(State(site): State<Shared>, Path(id): Path<i64>) -> Result<Json<RampView>, Failure> {
    let ramp = ramps::find(&site, id).await?;
    Ok(Json(ramps::view(&site, ramp).await?))
}

/// `DELETE /ramps/{id}`
pub async fn remove(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    ramps::remove(&site, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /ramps/{id}/start`
pub async fn start(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
    Query(query): Query<RampQuery>,
) -> Result<Json<RampView>, Failure> {
    operate(&site, &actor, id, Deed::Start, &query.reason).await
}

/// `POST /ramps/{id}/pause`
pub async fn pause(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
    Query(query): Query<RampQuery>,
) -> Result<Json<RampView>, Failure> {
    operate(&site, &actor, id, Deed::Pause, &query.reason).await
}

/// `POST /ramps/{id}/resume`
pub async fn resume(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
    Query(query): Query<RampQuery>,
) -> Result<Json<RampView>, Failure> {
    operate(&site, &actor, id, Deed::Resume, &query.reason).await
}

/// `POST /ramps/{id}/next`
pub async fn next(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
    Query(query): Query<RampQuery>,
) -> Result<Json<RampView>, Failure> {
    operate(&site, &actor, id, Deed::Next, &query.reason).await
}

/// `POST /ramps/{id}/abort`
pub async fn abort(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
    Query(query): Query<RampQuery>,
) -> Result<Json<RampView>, Failure> {
    operate(&site, &actor, id, Deed::Abort, &query.reason).await
}

async fn operate(
    site: &Site,
    actor: &Actor,
    id: i64,
    deed: Deed,
    reason: &str,
) -> Result<Json<RampView>, Failure> {
    let ramp = ramps::operate(site, actor, id, deed, reason).await?;
    Ok(Json(ramps::view(site, ramp).await?))
}
