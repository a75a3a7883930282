//! The console's pages: each handler gathers a view and gives it to a page of `app`.

mod account;
mod alerts;
mod changes;
pub mod errors;
mod events;
mod exports;
mod full_log;
mod log_policy;
mod logs;
mod managed;
mod monitors;
mod overrides;
mod overview;
mod places;
mod ramps;
mod secrets;
mod services;
mod sign_in;
mod split;
mod split_import;
mod welcome;
mod zone_file;
mod zones;

use api::draft::Form;
use axum::Router;
use axum::routing::{get, post};
use model::Problems;
use model::config::{
    AlertRule, Channel, ClientGroup, Config, Location, Monitor, Service, Site as SiteObject, Zone,
};
use store::{Edit, Edited};

use super::problem::Failure;
use crate::access::Actor;
use crate::site::{Shared, Site};

/// Pages behind the sign-in.
pub fn router() -> Router<Shared> {
    Router::new()
        .route("/", get(overview::show))
        .merge(managed::routes::<Service>())
        .merge(managed::routes::<Zone>())
        .merge(managed::routes::<Monitor>())
        .merge(managed::routes::<SiteObject>())
        .merge(managed::routes::<Location>())
        .merge(managed::routes::<ClientGroup>())
        .merge(managed::routes::<Channel>())
        .merge(managed::routes::<AlertRule>())
        .route("/services", get(services::list))
        .route("/services/{name}", get(services::detail))
        .route("/zones", get(zones::list))
        .route("/zones/import", get(zone_file::ask_new).post(zone_file::post_new))
        .route("/zones/{name}", get(zones::detail))
        .route("/zones/{name}/file", get(zone_file::export))
        .route("/zones/{name}/import", get(zone_file::ask_one).post(zone_file::post_one))
        .route("/sites", get(places::sites::list))
        .route("/sites/{name}", get(places::sites::detail))
        .route("/locations", get(places::locations::list))
        .route("/locations/{name}", get(places::locations::detail))
        .route("/client-groups", get(places::client_groups::list))
        .route("/monitors", get(monitors::list))
        .route("/monitors/believe", post(monitors::believe))
        .route("/monitors/{name}", get(monitors::detail))
        .route("/monitors/{name}/test", post(monitors::test))
        .route("/services/{name}/ramp", get(ramps::show))
        .route("/services/{name}/ramp/new", get(ramps::ask).post(ramps::post))
        .route("/services/{name}/ramp/{id}/{deed}", post(ramps::operate))
        .route("/services/{name}/resume", post(services::resume))
        .route("/split", get(split::list))
        .route("/split/import", get(split_import::ask))
        .route("/split/{name}", get(split::detail))
        .route("/split/{name}/chart/{file}", get(split::chart))
        .route("/logs", get(logs::show))
        .route("/logs/full", post(full_log::post))
        .route("/logs/policy", get(log_policy::show).post(log_policy::post))
        .route("/logs/export/progress", get(logs::progress))
        .route("/logs/exports", get(exports::show).post(exports::ask))
        .route("/logs/exports/{id}/end", post(exports::end))
        .route("/logs/rows", get(logs::rows))
        .route("/logs/complete", get(logs::complete))
        .route("/logs/groups.csv", get(logs::groups_csv))
        .route("/logs/tail", get(logs::tail))
        .route("/logs/views", get(logs::list).post(logs::save))
        .route("/logs/views/{id}", post(logs::change))
        .route("/logs/views/{id}/delete", post(logs::delete))
        .route("/logs/views/{id}/default", post(logs::set_default))
        .route("/events", get(events::show))
        .route("/alerts", get(alerts::show))
        .route("/alerts/rules", get(alerts::show))
        .route("/alerts/channels", get(alerts::show))
        .route("/alerts/channels/{name}/test", post(alerts::test))
        .route("/alerts/deliveries", get(alerts::deliveries))
        .route("/changes", get(changes::list))
        .route("/changes/{generation}", get(changes::detail))
        .route("/changes/{generation}/revert", post(changes::revert))
        .route("/overrides", get(overrides::show).post(overrides::post))
        .route("/overrides/lift", post(overrides::lift))
        .route("/secrets", get(secrets::show).post(secrets::post))
        .route("/secrets/remove", post(secrets::remove))
        .route("/account", get(account::show))
        .route("/account/password", post(account::set_password))
        .route("/account/sessions/revoke", post(account::revoke))
        .route("/sign-out", post(sign_in::sign_out))
}

/// Pages for those who are not signed in yet.
pub fn public() -> Router<Shared> {
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/welcome", get(welcome::show).post(welcome::enter))
}

/// Downloads and uploads behind the sign-in: they last as long as they take.
pub fn streams() -> Router<Shared> {
    Router::new()
        .route("/logs/export.csv", get(logs::export))
        .route("/logs/exports/{id}/file", get(exports::fetch))
        .route("/split/import", post(split_import::judge))
}

/// The fields every editing form carries beside its own.
struct Meta {
    reason: String,
    expected: Option<u64>,
}

impl Meta {
    fn of(form: &Form) -> Meta {
        Meta { reason: form.text("reason"), expected: form.text("generation").parse().ok() }
    }
}

/// A change made with a form: one revision, in force on return.
async fn commit(
    site: &Site,
    actor: &Actor,
    meta: Meta,
    edit: impl FnOnce(&mut Config) -> Result<(), Problems> + Send,
) -> Result<Edited, Failure> {
    let edit_meta = Edit {
        actor: actor.name.clone(),
        source: actor.source.to_owned(),
        reason: meta.reason,
        expected: meta.expected,
        dry_run: false,
        at: site.now(),
    };
    super::rest::commit(site, edit_meta, edit).await
}

/// What a form shows again after a failure: the problems beside the fields, or one over all of them.
fn problems_of(failure: Failure) -> Result<Problems, Failure> {
    match failure {
        Failure::Invalid(problems) => Ok(problems),
        Failure::Exists(problem) => Ok(problem.into()),
        conflict @ Failure::Conflict { .. } => {
            Ok(model::Problem::new("", "", conflict.details().detail).into())
        }
        away @ Failure::Away(_) => Ok(model::Problem::new("", "", away.details().detail).into()),
        other => Err(other),
    }
}

/// The pairs of a posted form.
pub type Posted = axum::Form<Vec<(String, String)>>;

/// A part of a path, encoded so that any name can stand in it.
fn in_path(name: &str) -> String {
    form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_pages_have_the_same_path() {
        // Building a router panics when they do.
        let _ = (super::router(), super::public(), super::streams());
    }
}
