//! An exported log, judged on the Split page.

use app::pages::split::import::{self as pages, ImportForm, Imported, OTHERS};
use axum::Extension;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::Problems;
use model::split::SplitReport;
use serde::Deserialize;

use crate::access::Actor;
use crate::http::page;
use crate::imports::{self, Sent};
use crate::site::{Shared, Site};

const PATH: &str = "/split/import";

/// Where the form is opened from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Opened {
    service: String,
}

/// `GET /split/import`
pub async fn ask(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(opened): Query<Opened>,
) -> Response {
    let form = ImportForm { service: opened.service, ..ImportForm::default() };
    show(&site, &actor, StatusCode::OK, &form, &Problems::default(), None)
}

fn show(
    site: &Site,
    actor: &Actor,
    status: StatusCode,
    form: &ImportForm,
    problems: &Problems,
    imported: Option<&Imported>,
) -> Response {
    let services: Vec<String> = site.snapshot().config.services.iter().map(|s| s.name.to_string()).collect();
    page::show(site, actor, PATH, status, "Judge an exported log", || {
        pages::import(form, &services, problems, imported).into_any()
    })
}

/// `POST /split/import`: the answer is the page itself, since nothing is kept.
pub async fn judge(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let snapshot = site.snapshot();
    let (sent, result) = imports::receive(&snapshot.config, &headers, body).await;
    let text = |name: &str| sent.text(name).to_owned();
    let form = ImportForm { service: text("service"), expect: text("expect"), column: text("column") };
    match result {
        Ok(split) => {
            let imported = shown(&sent, split);
            show(&site, &actor, StatusCode::OK, &form, &Problems::default(), Some(&imported))
        }
        Err(problems) => show(&site, &actor, StatusCode::UNPROCESSABLE_ENTITY, &form, &problems, None),
    }
}

fn shown(sent: &Sent, split: analytics::split_csv::CsvSplit) -> Imported {
    let segment = split.segment;
    let over_time = split.over_time;
    let step = over_time.as_ref().map_or(1, |over| over.step);
    let bars = over_time.into_iter().flat_map(|over| over.bars);
    let part =
        |address: Option<std::net::IpAddr>| address.map_or_else(|| OTHERS.to_owned(), |a| a.to_string());
    Imported {
        file: sent.file.clone(),
        column: split.column,
        rows: split.rows,
        empty: split.empty,
        other_family: split.other_family,
        unreadable: split.unreadable,
        strangers: split.strangers,
        time: split.time,
        timeless: split.timeless,
        bars: bars.map(|(at, address, answers)| (at, part(address), answers)).collect(),
        step,
        report: SplitReport {
            service: sent.file.clone(),
            from: segment.from,
            to: segment.to,
            verdict: segment.verdict,
            segments: vec![segment],
            totals: Default::default(),
        },
    }
}
