//! Master files in the console: a download, and an import that shows its plan before it is applied.

use app::pages::Carried;
use app::pages::zones::import::{self as pages, ImportForm, Step};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use leptos::prelude::*;
use model::{DnsName, Problem, Problems};
use store::Edit;

use super::{errors, in_path, problems_of};
use crate::access::Actor;
use crate::http::problem::Failure;
use crate::http::rest::zone_file::{MEDIA_TYPE, put, text_of};
use crate::http::{multipart, page, see_other};
use crate::site::{Shared, Site};

/// `GET /zones/{name}/file`
pub async fn export(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    let (_, text) = match text_of(&site, &name) {
        Ok(exported) => exported,
        Err(failure) => return errors::of(&site, &actor, "/zones", failure),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    let file: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let mut response = ([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{file}.zone\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// `GET /zones/import`
pub async fn ask_new(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    ask(&site, &actor, ImportForm::default())
}

/// `GET /zones/{name}/import`
pub async fn ask_one(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    ask(&site, &actor, ImportForm { zone: Some(name.clone()), name, ..ImportForm::default() })
}

fn ask(site: &Site, actor: &Actor, form: ImportForm) -> Response {
    let carried = Carried::fresh(site.snapshot().generation);
    show(site, actor, StatusCode::OK, &form, &Step::Ask, &carried)
}

fn show(
    site: &Site,
    actor: &Actor,
    status: StatusCode,
    form: &ImportForm,
    step: &Step,
    carried: &Carried,
) -> Response {
    let path = match &form.zone {
        Some(name) => format!("/zones/{}/import", in_path(name)),
        None => "/zones/import".to_owned(),
    };
    page::show(site, actor, &path, status, "Import a zone file", || {
        pages::import(form, step, carried).into_any()
    })
}

/// `POST /zones/import`
pub async fn post_new(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    post(&site, &actor, None, &headers, &body).await
}

/// `POST /zones/{name}/import`
pub async fn post_one(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    post(&site, &actor, Some(name), &headers, &body).await
}

/// What was posted, beside the form itself.
struct Meta {
    reason: String,
    expected: Option<u64>,
    apply: bool,
}

fn read(zone: Option<String>, headers: &HeaderMap, body: &[u8]) -> Option<(ImportForm, Meta)> {
    let fields = multipart::fields(headers, body)?;
    let octets = |wanted: &str| {
        let found = fields.iter().rev().find(|(name, _)| name == wanted);
        found.map(|(_, octets)| *octets).unwrap_or_default()
    };
    let text = |wanted: &str| String::from_utf8_lossy(octets(wanted)).into_owned();
    let file = octets("file");
    let form = ImportForm {
        name: zone.clone().unwrap_or_else(|| text("name")),
        text: as_text(if file.is_empty() { octets("text") } else { file }),
        zone,
    };
    let apply = text("step") == "apply" && file.is_empty();
    Some((form, Meta { reason: text("reason"), expected: text("generation").parse().ok(), apply }))
}

/// The file as text: octets that are no UTF-8 become the escapes a master file has for them.
fn as_text(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        Err(_) => octets
            .iter()
            .map(
                |octet| if octet.is_ascii() { (*octet as char).to_string() } else { format!("\\{octet:03}") },
            )
            .collect(),
    }
}

/// Shows what an import would do, and does what was shown.
async fn post(
    site: &Site,
    actor: &Actor,
    zone: Option<String>,
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    let Some((form, meta)) = read(zone, headers, body) else {
        let problem = Problem::new("", "", "the form was not sent whole: send it again");
        return errors::of(site, actor, "/zones", Failure::BadRequest(problem));
    };
    let generation = site.snapshot().generation;
    let carried = Carried { generation, reason: meta.reason.clone() };
    let name: DnsName = match form.name.parse() {
        Ok(name) => name,
        Err(error) => {
            let problems =
                Problem::new("name", &*form.name, model::name::NameError::to_string(&error)).into();
            let step = Step::Refused(problems);
            return show(site, actor, StatusCode::UNPROCESSABLE_ENTITY, &form, &step, &carried);
        }
    };
    let edit = Edit {
        actor: actor.name.clone(),
        source: actor.source.to_owned(),
        reason: meta.reason,
        // What is applied is what was shown; what is shown is made against what is in force.
        expected: meta.expected.filter(|_| meta.apply),
        dry_run: !meta.apply,
        at: site.now(),
    };
    match put(site, edit, name.clone(), Bytes::from(form.text.clone())).await {
        Ok(_) if meta.apply => see_other(&format!("/zones/{}", in_path(&name.to_string()))),
        Ok((edited, warnings)) => {
            let step = Step::Planned { plan: edited.plan, warnings };
            show(site, actor, StatusCode::OK, &form, &step, &carried)
        }
        Err(failure) => refused(site, actor, &form, failure, &carried),
    }
}

fn refused(site: &Site, actor: &Actor, form: &ImportForm, failure: Failure, carried: &Carried) -> Response {
    let status = failure.status();
    match problems_of(failure) {
        Ok(problems) => show(site, actor, status, form, &Step::Refused(named(problems)), carried),
        Err(failure) => errors::of(site, actor, "/zones", failure),
    }
}

/// Problems of the zone's name belong beside its field.
fn named(problems: Problems) -> Problems {
    let of_name = |field: &str| field.starts_with("zones[") && field.ends_with("].name");
    let place = |p: Problem| if of_name(&p.field) { Problem { field: "name".to_owned(), ..p } } else { p };
    Problems(problems.0.into_iter().map(place).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_that_are_no_text_are_shown_as_a_master_file_escapes_them() {
        assert_eq!(as_text("a é".as_bytes()), "a é");
        assert_eq!(as_text(b"a \xe9"), "a \\233");
    }
}
