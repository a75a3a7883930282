//! The split: which services there are, and the proof for one.

use api::view::SplitView;
use app::pages::split as pages;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::{DnsName, Span};

use super::{errors, in_path};
use crate::access::Actor;
use crate::backend;
use crate::http::page;
use crate::http::problem::Failure;
use crate::http::window::WindowQuery;
use crate::site::{Shared, Site};

/// `GET /split`
pub async fn list(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    let lines = backend::service_lines(&site).await;
    page::show(&site, &actor, "/split", StatusCode::OK, "Split", || pages::list(&lines).into_any())
}

/// `GET /split/{name}`
pub async fn detail(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    Query(query): Query<WindowQuery>,
) -> Response {
    let path = format!("/split/{}", in_path(&name));
    match gather(&site, &name, &query).await {
        Ok((service, view)) => {
            let now = site.now();
            page::show(&site, &actor, &path, StatusCode::OK, &format!("Split of {service}"), || {
                pages::detail(&service, &view, now).into_any()
            })
        }
        Err(failure) => errors::of(&site, &actor, &path, failure),
    }
}

async fn gather(site: &Site, name: &str, query: &WindowQuery) -> Result<(String, SplitView), Failure> {
    let parsed: Result<DnsName, _> = name.parse();
    let service = parsed.map_err(|e| Failure::NotFound(format!("{name:?} is no name: {e}.")))?;
    let default = Span::seconds(900);
    let window = query.window(default, site.now()).map_err(Failure::BadRequest)?;
    let since = query.span(default).map_err(Failure::BadRequest)?.to_string();
    let service = service.to_string();
    let step = window.step(120);
    let gathered = async {
        let report = site.split(&service, window.from, window.to).await?;
        let series = site.store.series(&service, window.from, window.to, step).await?;
        Ok::<_, store::StoreError>((report, series))
    };
    let view = match gathered.await {
        Ok((report, series)) => {
            let configured = site.snapshot().config.services.iter().any(|s| s.name.to_string() == service);
            if report.segments.is_empty() && !configured {
                let text = format!("There is no service {service}, and none answered in this window.");
                return Err(Failure::NotFound(text));
            }
            let markers = backend::markers(site, Some(&service), window.from, window.to).await;
            SplitView { report: Some(report), series, step, since, markers }
        }
        Err(error) if error.is_away() => {
            SplitView { report: None, series: Vec::new(), step, since, markers: Vec::new() }
        }
        Err(error) => return Err(error.into()),
    };
    Ok((service, view))
}
