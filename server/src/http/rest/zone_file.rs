//! One zone as a master file (RFC 1035 section 5), sent as `text/dns` (RFC 4027).

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use model::config::Config;
use model::plan::Plan;
use model::zonefile::{self, ZoneFile};
use model::{DnsName, Problem, Problems};
use serde::{Deserialize, Serialize};
use store::{Edit, Edited};

use super::config::Applied;
use super::{WriteQuery, commit, if_match, name_in_path};
use crate::access::Actor;
use crate::http::problem::Failure;
use crate::site::{Shared, Site};

/// Media type of a master file, which is ASCII as it is written here.
pub const MEDIA_TYPE: &str = "text/dns; charset=US-ASCII";

/// What an import did, or would do.
#[derive(Debug, Serialize, Deserialize)]
pub struct Imported {
    /// What changes.
    pub plan: Plan,
    /// Whether it was done.
    pub applied: bool,
    /// The generation in force afterwards; for a dry run the one the plan was made against.
    pub generation: u64,
    /// What was taken otherwise than it stands in the file, or will not work as meant; the field is `line N`.
    pub warnings: Vec<Problem>,
}

/// The master file of the zone of this name.
pub fn text_of(site: &Site, name: &str) -> Result<(u64, String), Failure> {
    let snapshot = site.snapshot();
    let missing = || Failure::NotFound(format!("there is nothing named {name:?} among the zones"));
    let zone = snapshot.config.zone(&name_in_path(name)?).ok_or_else(missing)?;
    let text = zonefile::write(zone, snapshot.serial()).map_err(|e| Failure::Internal(e.to_string()))?;
    Ok((snapshot.generation, text))
}

/// `GET /zones/{name}/file`
pub async fn export(State(site): State<Shared>, Path(name): Path<String>) -> Result<Response, Failure> {
    let (generation, text) = text_of(&site, &name)?;
    let headers =
        [(header::CONTENT_TYPE, MEDIA_TYPE.to_owned()), (header::ETAG, format!("\"{generation}\""))];
    Ok((headers, text).into_response())
}

/// `POST /zones/{name}/file`: the file becomes the zone, and everything that is not the zone stays.
pub async fn import(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    Query(query): Query<WriteQuery>,
    headers: HeaderMap,
    octets: Bytes,
) -> Result<Json<Imported>, Failure> {
    let meta = Edit {
        actor: actor.name.clone(),
        source: actor.source.to_owned(),
        reason: query.reason,
        expected: if_match(&headers)?,
        dry_run: query.dry_run,
        at: site.now(),
    };
    let (edited, warnings) = put(&site, meta, name_in_path(&name)?, octets).await?;
    let Applied { plan, applied, generation } = Applied::of(edited, query.dry_run);
    Ok(Json(Imported { plan, applied, generation, warnings }))
}

/// Reads a master file and puts its zone in the place of the one of this name.
///
/// # Errors
/// [`Failure::Invalid`] with every problem of the file by its line, or of the configuration with it.
pub async fn put(
    site: &Site,
    meta: Edit,
    origin: DnsName,
    octets: Bytes,
) -> Result<(Edited, Vec<Problem>), Failure> {
    // A large file takes a while to read, and others wait for this thread.
    let read = tokio::task::spawn_blocking(move || zonefile::read(&octets, &origin)).await;
    let file = read.map_err(|e| Failure::Internal(e.to_string()))?.map_err(Failure::Invalid)?;
    let mut warnings = file.warnings.clone();
    warnings.extend(file.serial_ahead(site.snapshot().serial()));
    warnings.sort_by_key(|warning| zonefile::line_of(warning).unwrap_or(usize::MAX));
    let mut placed = None;
    let edited = commit(site, meta, |config| {
        placed = Some(place(config, file));
        Ok(())
    })
    .await;
    match (edited, placed) {
        (Ok(edited), _) => Ok((edited, warnings)),
        (Err(Failure::Invalid(problems)), Some(file)) => {
            let problems = problems.0.into_iter().map(|problem| file.with_line(problem));
            Err(Failure::Invalid(Problems(problems.collect())))
        }
        (Err(failure), _) => Err(failure),
    }
}

/// Gives back the file as it was placed.
fn place(config: &mut Config, file: ZoneFile) -> ZoneFile {
    match config.zones.iter_mut().find(|zone| zone.name == file.zone.name) {
        Some(old) => {
            let file = file.keep_words(old);
            *old = file.zone.clone();
            file
        }
        None => {
            config.zones.push(file.zone.clone());
            file
        }
    }
}
