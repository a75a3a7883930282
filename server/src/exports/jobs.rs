//! Exports that are made in the background, one at a time, into files that are kept for a while.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use api::export::{ExportKind, ExportLine, ExportState};
use futures::TryStreamExt;
use model::Problem;
use tokio::io::AsyncWriteExt;

use super::direct::audit;
use super::encode;
use super::live::{Counting, Live, Outcome};
use super::wish::{ExportRequest, Wish};
use crate::access::{Actor, Role};
use crate::http::problem::Failure;
use crate::site::Site;

/// Octets that all files may have together.
pub const SPACE: u64 = 10 << 30;
/// How long a file is kept.
const KEPT: Duration = Duration::from_secs(7 * 86_400);
/// How long the history is kept.
const REMEMBERED: Duration = Duration::from_secs(90 * 86_400);
/// Longest that one waits for rows that are still on their way to storage.
const PATIENCE: Duration = Duration::from_secs(60);
/// Exports that may wait.
const WAITING: u64 = 100;
/// How often what waits is looked for when nobody says that something does.
const LOOK: Duration = Duration::from_secs(30);

/// Notes a job, which begins when those before it have ended.
pub async fn ask(site: &Site, actor: &Actor, request: &ExportRequest) -> Result<ExportLine, Failure> {
    let wish = request.read(ExportKind::Job, actor, site.now())?;
    let waiting = site.store.waiting_exports().await?;
    if waiting >= WAITING {
        let text = "so many exports wait already: wait until some are done, or remove some";
        return Err(Failure::Exists(Problem::new("exports", waiting.to_string(), text)));
    }
    let id = site.store.add_export(&wish.new).await?;
    audit(site, actor, "export.job", id).await;
    site.exports.wake.notify_one();
    one(site, id).await
}

/// An export as it is now.
pub async fn one(site: &Site, id: i64) -> Result<ExportLine, Failure> {
    let line = site.store.export_line(id).await?;
    let line = line.ok_or_else(|| {
        Failure::NotFound(format!("there is no export {id}; some are forgotten after a while"))
    })?;
    Ok(site.exports.with_progress(line))
}

/// Ends an export that has not ended, and removes one that has. One's own, or as an operator.
pub async fn remove(site: &Site, actor: &Actor, id: i64) -> Result<(), Failure> {
    let line = one(site, id).await?;
    if line.actor != actor.name && actor.role < Role::Operator {
        let text = format!("export {id} is not yours but that of {}: ask an operator", line.actor);
        return Err(Failure::Forbidden(text));
    }
    if line.state.is_open() {
        match site.exports.live(id) {
            Some(live) => live.cancel.cancel(),
            None => {
                // What does not run here yet is ended before it begins.
                Live::new(id, &line.actor, "").finish(&site.store, Outcome::Cancelled("it was cancelled"));
            }
        }
        audit(site, actor, "export.cancel", id).await;
        return Ok(());
    }
    let path = site.exports.path(id, &line.format);
    match tokio::fs::remove_file(&path).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(Failure::Internal(format!("{}: cannot be removed: {error}", path.display())));
        }
        _ => {}
    }
    site.store.forget_export(id).await?;
    audit(site, actor, "export.remove", id).await;
    Ok(())
}

/// Runs for ever: first tidies up after the process before, then makes one file after the other.
pub async fn run(site: Arc<Site>) {
    loop {
        let interrupted = site.store.fail_interrupted_exports(site.started, "the server stopped").await;
        match interrupted {
            Ok(_) => break,
            Err(error) if error.is_away() => tokio::time::sleep(LOOK).await,
            Err(error) => {
                tracing::error!(%error, "what the process before exported could not be tidied up");
                break;
            }
        }
    }
    loop {
        match site.store.next_export().await {
            Ok(Some(line)) => make(&site, line).await,
            Ok(None) => drop(tokio::time::timeout(LOOK, site.exports.wake.notified()).await),
            Err(error) => {
                tracing::debug!(%error, "exports wait for storage");
                tokio::time::sleep(LOOK).await;
            }
        }
    }
}

async fn make(site: &Site, line: ExportLine) {
    match site.store.begin_export(line.id, site.now()).await {
        Ok(true) => {}
        // Somebody cancelled it in between.
        Ok(false) => return,
        Err(error) => {
            tracing::warn!(%error, id = line.id, "an export could not begin");
            return tokio::time::sleep(LOOK).await;
        }
    }
    let live = site.exports.follow(Live::new(line.id, &line.actor, ""));
    let path = site.exports.path(line.id, &line.format);
    let partial = path.with_extension("partial");
    let outcome = tokio::select! {
        written = write(site, &line, &live, &partial) => match written {
            Ok(sha256) => match tokio::fs::rename(&partial, &path).await {
                Ok(()) => {
                    let expires = Some(site.now() + KEPT.as_micros() as i64);
                    Outcome::Done { sha256, expires }
                }
                Err(error) => Outcome::Failed(format!("{}: {error}", path.display())),
            },
            Err(error) => Outcome::Failed(format!("{error:#}")),
        },
        () = live.cancel.cancelled() => Outcome::Cancelled("it was cancelled"),
    };
    match &outcome {
        Outcome::Done { .. } => tracing::info!(id = line.id, file = %path.display(), "an export is done"),
        Outcome::Failed(error) => tracing::warn!(id = line.id, error, "an export failed"),
        Outcome::Cancelled(_) => tracing::info!(id = line.id, "an export was cancelled"),
    }
    if !matches!(outcome, Outcome::Done { .. }) {
        let _ = tokio::fs::remove_file(&partial).await;
    }
    live.finish(&site.store, outcome);
}

async fn write(site: &Site, line: &ExportLine, live: &Live, path: &Path) -> anyhow::Result<String> {
    let request = ExportRequest {
        format: Some(line.format.clone()),
        columns: Some(line.columns.clone()),
        filter: line.filter.clone(),
        ..ExportRequest::default()
    };
    // The window was fixed when the export was asked for.
    let actor = Actor { name: line.actor.clone(), role: Role::Viewer, source: "rest", session: None };
    let wish = request.read(ExportKind::Job, &actor, site.now());
    let Wish { mut query, format, columns, .. } =
        wish.map_err(|f| anyhow::anyhow!("{}", f.details().detail))?;
    (query.from, query.to) = (line.from, line.to);
    let folder = path.parent().context("an export has no folder")?;
    tokio::fs::create_dir_all(folder).await.with_context(|| format!("{}", folder.display()))?;
    let others = used(folder).await?;
    site.rows_until(query.to, PATIENCE).await;
    let total = site.store.count(&query).await?;
    live.expect(total);
    site.store.set_export_total(line.id, total).await?;
    let batches = site.store.export(&query).await?;
    let pieces = encode::pieces(batches, format, columns)?;
    let mut pieces = std::pin::pin!(pieces);
    let written = || format!("{}: cannot be written", path.display());
    let mut file = private(path).await.with_context(written)?;
    let (mut counting, mut bytes) = (Counting::new(), 0);
    while let Some(piece) = pieces.try_next().await? {
        bytes += piece.octets.len() as u64;
        if others + bytes > SPACE {
            bail!(
                "the files of all exports may take {} GiB, and {} GiB of them are taken: remove some, or narrow the \
                 window or the filter",
                SPACE >> 30,
                others >> 30
            );
        }
        file.write_all(&piece.octets).await.with_context(written)?;
        counting.pass(live, &piece);
    }
    file.sync_all().await.with_context(written)?;
    Ok(counting.sha256())
}

/// Nobody but the server's own user reads what was asked.
async fn private(path: &Path) -> io::Result<tokio::fs::File> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).open(path).await
}

/// Octets of all files.
async fn used(folder: &Path) -> io::Result<u64> {
    let mut sum = 0;
    let mut files = tokio::fs::read_dir(folder).await?;
    while let Some(file) = files.next_entry().await? {
        sum += file.metadata().await?.len();
    }
    Ok(sum)
}

/// Removes files past their time, files that no export knows, and what is too old to be remembered.
pub async fn tidy(site: &Site) -> Result<(), store::StoreError> {
    let now = site.now();
    site.store.expire_exports(now).await?;
    site.store.forget_exports(now - REMEMBERED.as_micros() as i64).await?;
    let known = site.store.exports_with_files().await?;
    let Ok(mut files) = tokio::fs::read_dir(&site.exports.folder).await else { return Ok(()) };
    while let Ok(Some(file)) = files.next_entry().await {
        let path = file.path();
        let id = path.file_stem().and_then(|stem| stem.to_str()?.parse::<i64>().ok());
        if id.is_some_and(|id| !known.contains(&id)) {
            tracing::info!(file = %path.display(), "the file of an export is removed: its time is over");
            if let Err(error) = tokio::fs::remove_file(&path).await {
                tracing::warn!(%error, file = %path.display(), "the file of an export cannot be removed");
            }
        }
    }
    Ok(())
}

/// Whether an export has a file to be had.
pub fn has_file(line: &ExportLine) -> bool {
    line.kind == ExportKind::Job && line.state == ExportState::Done
}
