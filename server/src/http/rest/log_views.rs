//! Views of the query log that users save. Saving one's own is for everybody who may read; sharing is for operators.

use api::view::SavedView;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use model::Problem;
use serde::{Deserialize, Serialize};
use store::{Kept, MAX_VIEWS, ViewText};

use crate::access::{Actor, Role};
use crate::declarative;
use crate::http::problem::Failure;
use crate::site::{Shared, Site};

/// Longest name, characters.
pub const MAX_NAME: usize = 100;
/// Longest query, bytes: a filter at its longest, with every byte escaped, fits.
pub const MAX_QUERY: usize = 16_384;

/// A view to save, and what a saved one becomes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewView {
    /// What it is called.
    pub name: String,
    /// The query of its address.
    pub query: String,
    /// Whether everybody sees it.
    #[serde(default)]
    pub shared: bool,
    /// Whether the Logs page of whoever saves it begins with it.
    #[serde(default)]
    pub default: bool,
}

/// `GET /log-views`: one's own, then those that others share.
pub async fn list(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
) -> Result<Json<Vec<SavedView>>, Failure> {
    Ok(Json(site.store.views(&actor.name).await?))
}

/// `POST /log-views`
pub async fn create(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    body: String,
) -> Result<(StatusCode, Json<SavedView>), Failure> {
    let id = keep(&site, &actor, None, read(&body)?).await?;
    Ok((StatusCode::CREATED, Json(find(&site, &actor, id).await?)))
}

/// `PUT /log-views/{id}`
pub async fn replace(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
    body: String,
) -> Result<Json<SavedView>, Failure> {
    let id = keep(&site, &actor, Some(id), read(&body)?).await?;
    Ok(Json(find(&site, &actor, id).await?))
}

/// `DELETE /log-views/{id}`
pub async fn remove(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    forget(&site, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn read(body: &str) -> Result<NewView, Failure> {
    declarative::read_json(body, "send a name and a query")
        .map_err(|problem| Failure::Invalid(problem.into()))
}

/// Whether somebody may change a view: their own, and operators those that are shared with all.
pub fn may_change(actor: &Actor, view: &SavedView) -> bool {
    view.owner == actor.name || (view.shared && actor.role >= Role::Operator)
}

/// A view that the reader sees.
pub async fn find(site: &Site, actor: &Actor, id: i64) -> Result<SavedView, Failure> {
    let found = site.store.view(&actor.name, id).await?;
    found.ok_or_else(|| Failure::NotFound(format!("there is no saved view {id} that {} sees", actor.name)))
}

async fn find_own(site: &Site, actor: &Actor, id: i64) -> Result<SavedView, Failure> {
    let view = find(site, actor, id).await?;
    if may_change(actor, &view) {
        return Ok(view);
    }
    Err(Failure::Forbidden(format!("the view {} is of {}: save one of your own", view.name, view.owner)))
}

/// Keeps a new view, or what an old one becomes; gives its number.
pub async fn keep(site: &Site, actor: &Actor, id: Option<i64>, new: NewView) -> Result<i64, Failure> {
    let new = checked(new).map_err(|problem| Failure::Invalid(problem.into()))?;
    let before = match id {
        Some(id) => Some(find_own(site, actor, id).await?),
        None => None,
    };
    let shares_anew = new.shared && !before.as_ref().is_some_and(|view| view.shared);
    if shares_anew && actor.role < Role::Operator {
        let why =
            format!("{} has the role {}: sharing a view needs operator", actor.name, actor.role.as_str());
        return Err(Failure::Forbidden(why));
    }
    let text = ViewText { name: &new.name, shared: new.shared, query: &new.query };
    let kept = match id {
        Some(id) => site.store.change_view(id, &text).await?,
        None => site.store.keep_view(&actor.name, &text, site.now()).await?,
    };
    let taken = |message: String| Failure::Exists(Problem::new("name", new.name.clone(), message));
    let id = match kept {
        Kept::As(id) => id,
        Kept::NameTaken => return Err(taken("there is a view of this name: choose another".to_owned())),
        Kept::TooMany => {
            return Err(taken(format!("there are {MAX_VIEWS} views already: delete one that nobody needs")));
        }
        Kept::Gone => return Err(Failure::NotFound("the view was deleted meanwhile".to_owned())),
    };
    let was_default = before.is_some_and(|view| view.default);
    if new.default != was_default {
        site.store.set_default_view(&actor.name, new.default.then_some(id)).await?;
    }
    Ok(id)
}

/// Forgets a view.
pub async fn forget(site: &Site, actor: &Actor, id: i64) -> Result<(), Failure> {
    find_own(site, actor, id).await?;
    site.store.forget_view(id).await?;
    Ok(())
}

/// A name that can be read, and a query that stays one.
fn checked(new: NewView) -> Result<NewView, Problem> {
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        let message = format!("give 1 to {MAX_NAME} characters without control characters");
        return Err(Problem::new("name", new.name, message));
    }
    let query = new.query.trim().trim_start_matches('?').to_owned();
    let plain =
        query.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'#' | b'"' | b'<' | b'>' | b'\\'));
    if query.is_empty() || query.len() > MAX_QUERY || !plain {
        let message =
            "give the query of an address of the Logs page, such as since=1h&filter=rcode%20%3D%20SERVFAIL";
        return Err(Problem::new("query", query, message));
    }
    Ok(NewView { name, query, ..new })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_has_a_name_and_a_query() {
        let check = |name: &str, query: &str| {
            let new =
                NewView { name: name.to_owned(), query: query.to_owned(), shared: false, default: false };
            checked(new).map(|new| (new.name, new.query)).map_err(|problem| problem.field)
        };
        assert_eq!(check(" errors ", "?since=1h"), Ok(("errors".to_owned(), "since=1h".to_owned())));
        for (name, query, field) in [
            ("", "since=1h", "name"),
            ("a\nb", "since=1h", "name"),
            ("a", "", "query"),
            ("a", "since=1h#x", "query"),
            ("a", "since=1h\r\nLocation: /", "query"),
            ("a", "filter=<b>", "query"),
        ] {
            assert_eq!(check(name, query), Err(field.to_owned()), "{name} {query}");
        }
        assert!(check(&"n".repeat(MAX_NAME + 1), "a=b").is_err());
    }
}
