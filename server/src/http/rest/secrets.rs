//! Secrets: set, replaced and removed; never read.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use model::{Label, Problem};
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::http::problem::Failure;
use crate::ramps;
use crate::secrets::{MAX_LENGTH, uses};
use crate::site::{Shared, Site};

/// A secret as lists show it: all but the secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SecretLine {
    /// The name that monitors and channels give.
    pub name: String,
    /// When it was set, microseconds since 1970 UTC.
    pub updated: i64,
    /// By whom.
    pub updated_by: String,
    /// The objects that name it, as `monitors[http-hello]`.
    pub used_by: Vec<String>,
}

/// A secret to keep.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSecret {
    value: String,
}

/// `GET /secrets`
pub async fn list(State(site): State<Shared>) -> Result<Json<Vec<SecretLine>>, Failure> {
    Ok(Json(lines(&site).await?))
}

/// All secrets with who names them.
pub async fn lines(site: &Site) -> Result<Vec<SecretLine>, Failure> {
    let mut uses = uses(&site.snapshot().config);
    for (secret, ramps) in ramps::secrets(site).await? {
        uses.entry(secret).or_default().extend(ramps);
    }
    let line = |row: store::SecretRow| SecretLine {
        used_by: uses.remove(&row.name).unwrap_or_default().into_iter().collect(),
        name: row.name,
        updated: row.updated,
        updated_by: row.updated_by,
    };
    Ok(site.store.secrets().await?.into_iter().map(line).collect())
}

/// `PUT /secrets/{name}`
pub async fn put(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    Json(new): Json<NewSecret>,
) -> Result<StatusCode, Failure> {
    set(&site, &actor, &name, &new.value).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps a secret, in place of one of the same name. Its value is in no error.
pub async fn set(site: &Site, actor: &Actor, name: &str, value: &str) -> Result<(), Failure> {
    let label: Label = name.parse().map_err(|e: model::value::ValueError| {
        Failure::Invalid(Problem::new("name", name, e.to_string()).into())
    })?;
    if value.is_empty() || value.len() > MAX_LENGTH {
        let message = format!("give 1 to {MAX_LENGTH} octets");
        return Err(Failure::Invalid(Problem::new("value", "", message).into()));
    }
    Ok(site.secrets.put(&site.store, &label, value, &actor.name, site.now()).await?)
}

/// `DELETE /secrets/{name}`
pub async fn remove(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Result<StatusCode, Failure> {
    forget(&site, &actor, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets a secret that nothing names.
pub async fn forget(site: &Site, actor: &Actor, name: &str) -> Result<(), Failure> {
    let missing = || Failure::NotFound(format!("there is no secret {name:?}"));
    let label: Label = name.parse().map_err(|_| missing())?;
    let mut used: BTreeSet<String> = uses(&site.snapshot().config).remove(name).unwrap_or_default();
    used.extend(ramps::secrets(site).await?.remove(name).unwrap_or_default());
    if !used.is_empty() {
        let used: Vec<String> = used.into_iter().collect();
        let message = format!("{} would be without it: change them first", used.join(", "));
        return Err(Failure::Exists(Problem::new("name", name, message)));
    }
    let removed = site.secrets.remove(&site.store, &label, &actor.name, site.now()).await?;
    if removed { Ok(()) } else { Err(missing()) }
}
