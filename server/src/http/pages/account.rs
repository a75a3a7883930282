//! One's own account: password and sessions.

use app::pages::access::{self, SessionLine};
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::{Problem, Problems};
use serde::Deserialize;

use crate::access::{Actor, password};
use crate::http::problem::Failure;
use crate::http::rest::users::check_password;
use crate::http::{page, see_other};
use crate::site::{Shared, Site};

/// `GET /account`
pub async fn show(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    render(&site, &actor, StatusCode::OK, &Problems::default()).await
}

async fn render(site: &Site, actor: &Actor, status: StatusCode, problems: &Problems) -> Response {
    // While storage is away the list is simply not known; the page still says who is signed in.
    let sessions = site.store.sessions_of(&actor.name).await.unwrap_or_default();
    let lines: Vec<SessionLine> = sessions
        .into_iter()
        .map(|s| SessionLine {
            id: s.id,
            created: s.created,
            last_seen: s.last_seen,
            address: s.address,
            agent: s.agent,
            current: actor.session == Some(s.hash),
        })
        .collect();
    let now = site.now();
    page::show(site, actor, "/account", status, "Account", || {
        access::account(&actor.name, actor.role.as_str(), &lines, problems, now).into_any()
    })
}

/// The form of a new password.
#[derive(Deserialize)]
pub struct PasswordForm {
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
}

/// `POST /account/password`: every session of the user ends, this one included.
pub async fn set_password(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    axum::Form(typed): axum::Form<PasswordForm>,
) -> Response {
    match change(&site, &actor, typed).await {
        Ok(()) => see_other("/sign-in"),
        Err(Failure::Invalid(problems)) => {
            render(&site, &actor, StatusCode::UNPROCESSABLE_ENTITY, &problems).await
        }
        Err(failure) => super::errors::of(&site, &actor, "/account", failure),
    }
}

async fn change(site: &Site, actor: &Actor, typed: PasswordForm) -> Result<(), Failure> {
    let now = site.now();
    let keys = [actor.name.as_str()];
    if let Some(seconds) = site.attempts.wait(&keys, now) {
        return Err(Failure::TooMany(seconds));
    }
    let user = site.store.find_user(&actor.name).await?;
    if !password::verify(typed.current, user.and_then(|u| u.password_hash)).await? {
        site.attempts.failed(&keys, now);
        return Err(Failure::Invalid(Problem::new("current", "", "this is not your password").into()));
    }
    check_password(&typed.password).map_err(|p| Failure::Invalid(p.into()))?;
    let hash = password::hash(typed.password).await?;
    site.store.set_password(&actor.name, &hash).await?;
    site.gate.forget();
    site.store.audit(now, &actor.name, "user.password", &actor.name, "").await?;
    Ok(())
}

/// The session to end.
#[derive(Deserialize)]
pub struct RevokeForm {
    id: i64,
}

/// `POST /account/sessions/revoke`
pub async fn revoke(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    axum::Form(form): axum::Form<RevokeForm>,
) -> Response {
    match site.store.delete_session_of(&actor.name, form.id).await {
        Ok(()) => {
            site.gate.forget();
            see_other("/account")
        }
        Err(error) => super::errors::of(&site, &actor, "/account", error.into()),
    }
}
