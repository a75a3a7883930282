//! The history of changes.

use app::pages::changes as pages;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use serde::Deserialize;

use super::{Meta, commit, errors};
use crate::access::Actor;
use crate::http::problem::Failure;
use crate::http::rest::revisions::undo;
use crate::http::{page, see_other};
use crate::site::{Shared, Site};

/// Lines of a page.
const PAGE_LINES: i64 = 50;

/// Where the list goes on.
#[derive(Debug, Deserialize)]
pub struct ListQuery {
    before: Option<u64>,
}

/// `GET /changes`
pub async fn list(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<ListQuery>,
) -> Response {
    match site.store.revisions(query.before, PAGE_LINES).await {
        Ok(lines) => {
            let full = lines.len() as i64 == PAGE_LINES;
            let next = lines.last().filter(|_| full).map(|l| l.generation);
            let now = site.now();
            page::show(&site, &actor, "/changes", StatusCode::OK, "Changes", || {
                pages::list(&lines, next, now).into_any()
            })
        }
        Err(error) => errors::of(&site, &actor, "/changes", error.into()),
    }
}

async fn find(site: &Site, generation: u64) -> Result<api::view::RevisionDetail, Failure> {
    let found = site.store.revision(generation).await?;
    found.ok_or_else(|| Failure::NotFound(format!("There is no generation {generation} in the history.")))
}

/// `GET /changes/{generation}`
pub async fn detail(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(generation): Path<u64>,
) -> Response {
    let path = format!("/changes/{generation}");
    match find(&site, generation).await {
        Ok(view) => {
            let now = site.now();
            page::show(&site, &actor, &path, StatusCode::OK, &format!("Generation {generation}"), || {
                pages::detail(&view, now).into_any()
            })
        }
        Err(failure) => errors::of(&site, &actor, &path, failure),
    }
}

/// `POST /changes/{generation}/revert`
pub async fn revert(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(generation): Path<u64>,
) -> Response {
    let path = format!("/changes/{generation}");
    let reverted = async {
        let revision = find(&site, generation).await?;
        let meta = Meta { reason: format!("Revert of generation {generation}"), expected: None };
        commit(&site, &actor, meta, move |config| undo(config, &revision.changes)).await
    };
    match reverted.await {
        Ok(edited) => see_other(&format!("/changes/{}", edited.snapshot.generation)),
        Err(failure) => errors::of(&site, &actor, &path, failure),
    }
}
