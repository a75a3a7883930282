//! REST under `/api/v1`: one file per resource.

pub mod config;
pub mod events;
pub mod explain;
pub mod exports;
pub mod health;
pub mod log_views;
pub mod logs;
pub mod objects;
pub mod operation;
pub mod overrides;
pub mod ramps;
pub mod revisions;
pub mod secrets;
mod settings;
mod split;
pub mod table;
pub mod tokens;
pub mod users;
pub mod zone_file;

use axum::Router;
use axum::http::HeaderMap;
use model::Problem;
use model::config::Config;
use model::{DnsName, Problems};
use serde::Deserialize;
use store::{Edit, Edited};

use super::problem::Failure;
use crate::access::Actor;
use crate::config::tsig;
use crate::secrets::unknown as unknown_secrets;
use crate::site::{Shared, Site};
use operation::Operation;

/// The routes with a time limit.
pub fn router() -> Router<Shared> {
    routes(|operation| !operation.streams()).fallback(|| async {
        Failure::NotFound("there is no such resource; /api/openapi.json lists them".into())
    })
}

/// The routes that stream.
pub fn streams() -> Router<Shared> {
    routes(Operation::streams)
}

fn routes(wanted: impl Fn(&Operation) -> bool) -> Router<Shared> {
    let wanted = table::operations().into_iter().filter(wanted);
    wanted.map(Operation::route).fold(Router::new(), |router, (path, route)| router.route(&path, route))
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
    let policy = site.responder.policy();
    let edit = |config: &mut Config| {
        // Only what this edit brings: a key that went from the settings file is no reason to refuse all others.
        let before = unknown(site, config, &policy.keys);
        edit(config)?;
        let after = unknown(site, config, &policy.keys).into_iter();
        Problems(after.filter(|problem| !before.contains(problem)).collect()).into_result()
    };
    let edited = site.store.edit(meta, edit).await?;
    if edited.changed && !dry_run {
        site.publisher.snapshot(site, edited.snapshot.clone())?;
    }
    Ok(edited)
}

/// What a configuration names and this site does not have: keys of the settings file, and secrets.
fn unknown(site: &Site, config: &Config, keys: &dns::TsigKeys) -> Vec<Problem> {
    let mut unknown = tsig::unknown(config, keys);
    unknown.extend(unknown_secrets(config, |name| site.secrets.has(name)).0);
    unknown
}

/// A name in a path.
pub fn name_in_path(text: &str) -> Result<DnsName, Failure> {
    text.parse()
        .map_err(|e: model::name::NameError| Failure::BadRequest(Problem::new("name", text, e.to_string())))
}
