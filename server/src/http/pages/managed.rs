//! What is managed by forms: one flow for zones, services and monitors.
//!
//! A form shows a draft; posting it saves the object, or shows the same draft again with every problem beside its
//! field. Nothing that was typed is lost, and nothing is saved by halves.

use api::draft::Form;
use app::pages::{Carried, FormMode};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use http::StatusCode;
use leptos::prelude::AnyView;
use model::config::{Config, Referrer};
use model::{Problem, Problems};

use super::{Meta, Posted, commit, errors, in_path, problems_of};
use crate::access::Actor;
use crate::http::problem::Failure;
use crate::http::{page, see_other};
use crate::site::{Shared, Site};

/// A kind of object that has forms.
pub trait Managed: Clone + Send + Sync + 'static {
    /// Path of its list, as `/zones`.
    const LIST: &'static str;
    /// What one of them is called.
    const WORD: &'static str;
    /// The object as its form holds it.
    type Draft: Send + Sync;

    /// Its name, which is its key.
    fn name(&self) -> String;
    /// The one of this name, however it is cased.
    fn find(config: &Config, name: &str) -> Option<Self>;
    /// All of them.
    fn all(config: &mut Config) -> &mut Vec<Self>;

    /// What names it, and so has to be changed before it may have another name or go; empty where the check of the
    /// whole configuration says it well enough.
    fn referrers(_config: &Config, _name: &str) -> Vec<Referrer> {
        Vec::new()
    }

    /// What the form of a new one starts with.
    fn empty_draft() -> Self::Draft;
    /// The form of this one.
    fn draft(&self) -> Self::Draft;
    /// A form as it was posted.
    fn posted(form: &Form) -> Self::Draft;
    /// The object a form describes.
    fn parse(draft: &Self::Draft) -> Result<Self, Problems>;
    /// Problems of the configuration under the names of the form's fields.
    fn beside_fields(draft: &Self::Draft, problems: Problems) -> Problems;
    /// Whether a button of the form only changed its rows: it is then shown again, and not saved.
    fn is_row_edit(_form: &Form) -> bool {
        false
    }

    /// The page of the form.
    fn form(
        mode: FormMode,
        draft: &Self::Draft,
        problems: &Problems,
        carried: &Carried,
        config: &Config,
    ) -> AnyView;
    /// The page that asks before this one is deleted.
    fn question(&self, problems: &Problems, carried: &Carried, config: &Config) -> AnyView;
    /// Where to go after it was saved.
    fn saved_at(name: &str) -> String {
        format!("{}/{}", Self::LIST, in_path(name))
    }
}

/// The routes of its forms.
pub fn routes<M: Managed>() -> Router<Shared> {
    let path = |tail: &str| format!("{}/{tail}", M::LIST);
    Router::new()
        .route(&path("new"), get(new::<M>).post(create::<M>))
        .route(&path("{name}/edit"), get(edit::<M>).post(update::<M>))
        .route(&path("{name}/delete"), get(ask_delete::<M>).post(delete::<M>))
}

/// The object of this name, or a failure that names it.
pub fn find<M: Managed>(site: &Site, name: &str) -> Result<M, Failure> {
    let found = M::find(&site.snapshot().config, name);
    found.ok_or_else(|| Failure::NotFound(format!("There is no {} {name:?}.", M::WORD)))
}

fn show_form<M: Managed>(
    site: &Site,
    actor: &Actor,
    status: StatusCode,
    mode: FormMode,
    draft: &M::Draft,
    problems: &Problems,
    carried: &Carried,
) -> Response {
    let (path, title) = match &mode {
        FormMode::New => (format!("{}/new", M::LIST), format!("New {}", M::WORD)),
        FormMode::Edit(name) => (format!("{}/{}/edit", M::LIST, in_path(name)), format!("Edit {name}")),
    };
    let snapshot = site.snapshot();
    page::show(site, actor, &path, status, &title, || {
        M::form(mode, draft, problems, carried, &snapshot.config)
    })
}

fn show_fresh<M: Managed>(site: &Site, actor: &Actor, mode: FormMode, draft: &M::Draft) -> Response {
    let carried = Carried::fresh(site.snapshot().generation);
    show_form::<M>(site, actor, StatusCode::OK, mode, draft, &Problems::default(), &carried)
}

/// `GET LIST/new`
async fn new<M: Managed>(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    show_fresh::<M>(&site, &actor, FormMode::New, &M::empty_draft())
}

/// `POST LIST/new`
async fn create<M: Managed>(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    axum::Form(pairs): Posted,
) -> Response {
    save::<M>(&site, &actor, FormMode::New, Form::new(pairs)).await
}

/// `GET LIST/{name}/edit`
async fn edit<M: Managed>(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    match find::<M>(&site, &name) {
        Ok(object) => show_fresh::<M>(&site, &actor, FormMode::Edit(object.name()), &object.draft()),
        Err(failure) => errors::of(&site, &actor, M::LIST, failure),
    }
}

/// `POST LIST/{name}/edit`
async fn update<M: Managed>(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    axum::Form(pairs): Posted,
) -> Response {
    match find::<M>(&site, &name) {
        Ok(object) => save::<M>(&site, &actor, FormMode::Edit(object.name()), Form::new(pairs)).await,
        Err(failure) => errors::of(&site, &actor, M::LIST, failure),
    }
}

async fn save<M: Managed>(site: &Site, actor: &Actor, mode: FormMode, form: Form) -> Response {
    let draft = M::posted(&form);
    let meta = Meta::of(&form);
    let reason = meta.reason.clone();
    let seen = meta.expected.unwrap_or_else(|| site.snapshot().generation);
    if M::is_row_edit(&form) {
        let carried = Carried { generation: seen, reason };
        return show_form::<M>(site, actor, StatusCode::OK, mode, &draft, &Problems::default(), &carried);
    }
    let result = match M::parse(&draft) {
        Ok(object) => write(site, actor, meta, &mode, object).await,
        Err(problems) => Err(Failure::Invalid(problems)),
    };
    let failure = match result {
        Ok(name) => return see_other(&M::saved_at(&name)),
        Err(failure) => failure,
    };
    let status = failure.status();
    // After a conflict the form goes on from what is in force now: saving again is then a decision.
    let conflict = matches!(failure, Failure::Conflict { .. });
    let generation = if conflict { site.snapshot().generation } else { seen };
    match problems_of(failure) {
        Ok(problems) => {
            let problems = M::beside_fields(&draft, problems);
            let carried = Carried { generation, reason };
            show_form::<M>(site, actor, status, mode, &draft, &problems, &carried)
        }
        Err(failure) => errors::of(site, actor, M::LIST, failure),
    }
}

async fn write<M: Managed>(
    site: &Site,
    actor: &Actor,
    meta: Meta,
    mode: &FormMode,
    object: M,
) -> Result<String, Failure> {
    let name = object.name();
    let old = match mode {
        FormMode::New => None,
        FormMode::Edit(old) => Some(old.clone()),
    };
    commit(site, actor, meta, move |config| {
        let name = object.name();
        if old.as_ref() != Some(&name) && M::find(config, &name).is_some() {
            let message = format!("there is a {} of this name: choose another, or edit that one", M::WORD);
            return Err(Problem::new("name", name, message).into());
        }
        let renamed = old.as_ref().filter(|old| **old != name);
        if let Some((old, named)) = renamed.map(|old| (old, M::referrers(config, old))) {
            unreferred("name", old, "keep the name", &named)?;
        }
        let all = M::all(config);
        match all.iter_mut().find(|other| Some(other.name()) == old) {
            Some(place) => *place = object,
            None => all.push(object),
        }
        Ok(())
    })
    .await?;
    Ok(name)
}

/// Refuses to take a name away that others use.
fn unreferred(field: &str, name: &str, otherwise: &str, referrers: &[Referrer]) -> Result<(), Problems> {
    if referrers.is_empty() {
        return Ok(());
    }
    let by = Referrer::list(referrers);
    let message = format!("{name} is named by {by}: let them name another first, or {otherwise}");
    Err(Problem::new(field, "", message).into())
}

fn show_question<M: Managed>(
    site: &Site,
    actor: &Actor,
    status: StatusCode,
    object: &M,
    problems: &Problems,
    reason: String,
) -> Response {
    let snapshot = site.snapshot();
    let carried = Carried { generation: snapshot.generation, reason };
    let name = object.name();
    let path = format!("{}/{}/delete", M::LIST, in_path(&name));
    page::show(site, actor, &path, status, &format!("Delete {name}"), || {
        object.question(problems, &carried, &snapshot.config)
    })
}

/// `GET LIST/{name}/delete`
async fn ask_delete<M: Managed>(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    match find::<M>(&site, &name) {
        Ok(object) => {
            show_question(&site, &actor, StatusCode::OK, &object, &Problems::default(), String::new())
        }
        Err(failure) => errors::of(&site, &actor, M::LIST, failure),
    }
}

/// `POST LIST/{name}/delete`: refused while others need it, by the check of the whole configuration.
async fn delete<M: Managed>(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    axum::Form(pairs): Posted,
) -> Response {
    let object: M = match find(&site, &name) {
        Ok(object) => object,
        Err(failure) => return errors::of(&site, &actor, M::LIST, failure),
    };
    let meta = Meta::of(&Form::new(pairs));
    let reason = meta.reason.clone();
    let gone = object.name();
    let result = commit(&site, &actor, meta, move |config| {
        unreferred("", &gone, "keep it", &M::referrers(config, &gone))?;
        M::all(config).retain(|other| other.name() != gone);
        Ok(())
    })
    .await;
    match result.map_err(problems_of) {
        Ok(_) => see_other(M::LIST),
        Err(Ok(problems)) => {
            show_question(&site, &actor, StatusCode::UNPROCESSABLE_ENTITY, &object, &problems, reason)
        }
        Err(Err(failure)) => errors::of(&site, &actor, M::LIST, failure),
    }
}
