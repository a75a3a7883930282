//! Users: for admins.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use model::Problem;
use serde::{Deserialize, Serialize};

use crate::access::{Actor, Role, password};
use crate::http::problem::Failure;
use crate::site::Shared;

/// A user as lists show it.
#[derive(Debug, Serialize, Deserialize)]
pub struct UserLine {
    /// Name to sign in with.
    pub name: String,
    /// What the user may do.
    pub role: Role,
}

/// A user to add.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    name: String,
    role: Role,
    password: String,
}

/// A password to set.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    password: String,
}

/// Checks a user's name: it stands in URLs and in the history.
pub fn check_name(name: &str) -> Result<(), Problem> {
    let name: Result<model::Label, _> = name.parse();
    name.map(|_| ()).map_err(|e| Problem::new("name", "", e.to_string()))
}

/// Checks a password's length; its value is never repeated.
pub fn check_password(text: &str) -> Result<(), Problem> {
    let length = text.chars().count();
    if (password::MIN_LENGTH..=password::MAX_LENGTH).contains(&length) {
        return Ok(());
    }
    let message = format!("give {} to {} characters", password::MIN_LENGTH, password::MAX_LENGTH);
    Err(Problem::new("password", "", message))
}

/// `GET /users`
pub async fn list(State(site): State<Shared>) -> Result<Json<Vec<UserLine>>, Failure> {
    let users = site.store.users().await?;
    Ok(Json(users.into_iter().map(|u| UserLine { name: u.name, role: Role::of(&u.role) }).collect()))
}

/// `POST /users`
pub async fn add(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Json(new): Json<NewUser>,
) -> Result<(StatusCode, Json<UserLine>), Failure> {
    check_name(&new.name)
        .and_then(|()| check_password(&new.password))
        .map_err(|p| Failure::Invalid(p.into()))?;
    let hash = password::hash(new.password).await?;
    let now = site.now();
    if !site.store.create_user(&new.name, Some(&hash), new.role.as_str(), now).await? {
        let message = "there is a user of this name: choose another, or set its password";
        return Err(Failure::Exists(Problem::new("name", new.name, message)));
    }
    site.store.audit(now, &actor.name, "user.add", &new.name, "").await?;
    Ok((StatusCode::CREATED, Json(UserLine { name: new.name, role: new.role })))
}

/// `POST /users/{name}/password`: every session of the user ends.
pub async fn set_password(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    Json(new): Json<NewPassword>,
) -> Result<Json<UserLine>, Failure> {
    check_password(&new.password).map_err(|p| Failure::Invalid(p.into()))?;
    let user = site.store.find_user(&name).await?;
    let user = user.ok_or_else(|| Failure::NotFound(format!("there is no user {name:?}")))?;
    let hash = password::hash(new.password).await?;
    site.store.set_password(&name, &hash).await?;
    site.gate.forget();
    site.store.audit(site.now(), &actor.name, "user.password", &name, "").await?;
    Ok(Json(UserLine { name, role: Role::of(&user.role) }))
}
