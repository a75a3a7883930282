//! REST under `/api/v1`: one file per resource.

pub mod config;
mod explain;
mod health;
pub mod logs;
mod objects;
pub mod revisions;
mod settings;
mod split;
pub mod tokens;
pub mod users;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::{delete, get, post};
use model::Problem;
use model::config::Config;
use model::{DnsName, Problems};
use serde::Deserialize;
use store::{Edit, Edited};

use super::problem::Failure;
use crate::access::Actor;
use crate::site::{Shared, Site};

/// The routes with a time limit.
pub fn router() -> Router<Shared> {
    Router::new()
        .route("/config", get(config::export).post(config::apply))
        .merge(objects::router())
        .route("/settings/logging", get(settings::get_logging).put(settings::put_logging))
        .route("/revisions", get(revisions::list))
        .route("/revisions/{generation}", get(revisions::one))
        .route("/revisions/{generation}/revert", post(revisions::revert))
        .route("/health", get(health::list))
        .route("/explain", get(explain::explain))
        .route("/split/{service}", get(split::split))
        .route("/logs", get(logs::list))
        .route("/users", get(users::list).post(users::add))
        .route("/users/{name}/password", post(users::set_password))
        .route("/tokens", get(tokens::list).post(tokens::create))
        .route("/tokens/{id}", delete(tokens::revoke))
        .fallback(|| async {
            Failure::NotFound("there is no such resource; /api/openapi.json lists them".into())
        })
}

/// The routes that stream.
pub fn streams() -> Router<Shared> {
    Router::new().route("/logs/export.csv", get(logs::export)).route("/logs/tail", get(logs::tail))
}

/// How a write is meant.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct WriteQuery {
    /// Show the plan and change nothing.
    pub dry_run: bool,
    /// Why, for the history.
    pub reason: String,
    /// Remove what the input does not name.
    pub prune: bool,
}

/// The generation of `If-Match`, as the ETag of a read gave it.
pub fn if_match(headers: &HeaderMap) -> Result<Option<u64>, Failure> {
    let Some(value) = headers.get("if-match") else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let number = text.trim_start_matches("W/").trim_matches('"').parse();
    number.map(Some).map_err(|_| {
        Failure::BadRequest(Problem::new("If-Match", text, "send the ETag of what you read, as \"12\", or *"))
    })
}

/// Makes one revision and puts it in force. On return the responder answers from it.
pub async fn write(
    site: &Site,
    actor: &Actor,
    headers: &HeaderMap,
    query: &WriteQuery,
    edit: impl FnOnce(&mut Config) -> Result<(), Problems> + Send,
) -> Result<Edited, Failure> {
    let meta = Edit {
        actor: actor.name.clone(),
        source: actor.source.to_owned(),
        reason: query.reason.clone(),
        expected: if_match(headers)?,
        dry_run: query.dry_run,
        at: site.now(),
    };
    commit(site, meta, edit).await
}

/// The same for a console form, which carries the generation it was filled from in a field.
pub async fn commit(
    site: &Site,
    meta: Edit,
    edit: impl FnOnce(&mut Config) -> Result<(), Problems> + Send,
) -> Result<Edited, Failure> {
    let dry_run = meta.dry_run;
    let edited = site.store.edit(meta, edit).await?;
    if edited.changed && !dry_run {
        site.publisher.snapshot(site, edited.snapshot.clone())?;
    }
    Ok(edited)
}

/// A name in a path.
pub fn name_in_path(text: &str) -> Result<DnsName, Failure> {
    text.parse()
        .map_err(|e: model::name::NameError| Failure::BadRequest(Problem::new("name", text, e.to_string())))
}
