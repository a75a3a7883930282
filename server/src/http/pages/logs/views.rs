//! Saved views, kept and forgotten by forms.

use app::pages::logs::SavedView;
use app::pages::logs::views as pages;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::Problems;
use serde::Deserialize;

use super::shown;
use crate::access::{Actor, Role};
use crate::http::pages::{errors, problems_of};
use crate::http::problem::Failure;
use crate::http::rest::log_views::{self, NewView};
use crate::http::{page, see_other};
use crate::site::{Shared, Site};

const PATH: &str = "/logs/views";

/// The form that saves a view; what is not ticked is not sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ViewForm {
    name: String,
    query: String,
    shared: String,
    default: String,
}

impl From<ViewForm> for NewView {
    fn from(form: ViewForm) -> NewView {
        let ticked = |value: String| !value.is_empty();
        NewView {
            name: form.name,
            query: form.query,
            shared: ticked(form.shared),
            default: ticked(form.default),
        }
    }
}

/// `GET /logs/views`
pub async fn list(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    render(&site, &actor, StatusCode::OK, &Problems::default(), None).await
}

async fn render(
    site: &Site,
    actor: &Actor,
    status: StatusCode,
    problems: &Problems,
    typed: Option<&SavedView>,
) -> Response {
    match site.store.views(&actor.name).await {
        Ok(views) => {
            let views: Vec<SavedView> = views.into_iter().map(|view| shown(view, actor)).collect();
            let shares = actor.role >= Role::Operator;
            page::show(site, actor, PATH, status, "Saved views", || {
                pages::page(&views, shares, problems, typed).into_any()
            })
        }
        Err(error) => errors::of(site, actor, PATH, error.into()),
    }
}

/// `POST /logs/views`: what is shown gets a name, and is shown again.
pub async fn save(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    axum::Form(form): axum::Form<ViewForm>,
) -> Response {
    let new = NewView::from(form);
    let there = format!("/logs?{}", new.query.trim_start_matches('?'));
    let kept = log_views::keep(&site, &actor, None, new.clone()).await;
    done(&site, &actor, 0, new, kept.map(|_| there)).await
}

/// `POST /logs/views/{id}`
pub async fn change(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
    axum::Form(form): axum::Form<ViewForm>,
) -> Response {
    let new = NewView::from(form);
    let kept = log_views::keep(&site, &actor, Some(id), new.clone()).await;
    done(&site, &actor, id, new, kept.map(|_| PATH.to_owned())).await
}

async fn done(
    site: &Site,
    actor: &Actor,
    id: i64,
    new: NewView,
    result: Result<String, Failure>,
) -> Response {
    match result.map_err(problems_of) {
        Ok(there) => see_other(&there),
        Err(Ok(problems)) => {
            let typed = SavedView {
                id,
                name: new.name,
                owner: actor.name.clone(),
                shared: new.shared,
                default: new.default,
                query: new.query,
                mine: true,
            };
            render(site, actor, StatusCode::UNPROCESSABLE_ENTITY, &problems, Some(&typed)).await
        }
        Err(Err(failure)) => errors::of(site, actor, PATH, failure),
    }
}

/// `POST /logs/views/{id}/delete`
pub async fn delete(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
) -> Response {
    match log_views::forget(&site, &actor, id).await {
        Ok(()) => see_other(PATH),
        Err(failure) => errors::of(&site, &actor, PATH, failure),
    }
}

/// Whether one's page begins with the view.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DefaultForm {
    default: String,
}

/// `POST /logs/views/{id}/default`
pub async fn set_default(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
    axum::Form(form): axum::Form<DefaultForm>,
) -> Response {
    let set = async {
        let view = log_views::find(&site, &actor, id).await?;
        let chosen = (!form.default.is_empty()).then_some(view.id);
        site.store.set_default_view(&actor.name, chosen).await?;
        Ok::<_, Failure>(())
    };
    match set.await {
        Ok(()) => see_other(PATH),
        Err(failure) => errors::of(&site, &actor, PATH, failure),
    }
}
