//! The split: which services there are, the proof for one, and its charts as files.

use api::view::SplitView;
use app::pages::split::{self as pages, Figure, Figures};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use leptos::prelude::*;
use model::counter::BUCKET_US;
use model::split::{SplitClients, SplitReport, Spread};
use model::{DnsName, Span};

use super::{errors, in_path};
use crate::access::Actor;
use crate::backend;
use crate::http::page;
use crate::http::problem::Failure;
use crate::http::window::WindowQuery;
use crate::site::{Shared, Site};

/// How far back the buckets of the histogram are read, microseconds: 2,160 of them.
const SPREAD_US: i64 = 6 * 3_600_000_000;

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
    headers: HeaderMap,
) -> Response {
    let path = format!("/split/{}", in_path(&name));
    // A page that refreshes what is live of it (Fetch Metadata, section 2.1) leaves who asked as it is.
    let is_refresh = headers.get("sec-fetch-dest").is_some_and(|dest| dest == "empty");
    match gather(&site, &name, &query, !is_refresh).await {
        Ok((service, view)) => {
            page::show(&site, &actor, &path, StatusCode::OK, &format!("Split of {service}"), || {
                pages::detail(&service, &view).into_any()
            })
        }
        Err(failure) => errors::of(&site, &actor, &path, failure),
    }
}

/// `GET /split/{name}/chart/{file}`: a chart as `answers.svg`, its numbers as `answers.csv`.
pub async fn chart(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path((name, file)): Path<(String, String)>,
    Query(query): Query<WindowQuery>,
) -> Response {
    let path = format!("/split/{}", in_path(&name));
    match chart_file(&site, &name, &file, &query).await {
        Ok(response) => response,
        Err(failure) => errors::of(&site, &actor, &path, failure),
    }
}

async fn chart_file(site: &Site, name: &str, file: &str, query: &WindowQuery) -> Result<Response, Failure> {
    let unknown = || Failure::NotFound(format!("There is no chart {file:?} of this split in this window."));
    let (figure, ending) = file.split_once('.').ok_or_else(unknown)?;
    let figure: Figure = figure.parse().map_err(|()| unknown())?;
    let (service, view) = gather(site, name, query, figure.is_of_rows()).await?;
    let figures = Figures::of(&view)
        .ok_or_else(|| Failure::Away("the split is read from storage, which is away".to_owned()))?;
    let (kind, text) = match ending {
        "svg" => ("image/svg+xml", figures.svg(figure)),
        "csv" => ("text/csv; charset=utf-8", figures.sheet(figure).map(|sheet| sheet.csv())),
        _ => return Err(unknown()),
    };
    let mut response = ([(header::CONTENT_TYPE, kind)], text.ok_or_else(unknown)?).into_response();
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    let service: String = service.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{service}-{figure}.{ending}\""))
    {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

async fn gather(
    site: &Site,
    name: &str,
    query: &WindowQuery,
    with_clients: bool,
) -> Result<(String, SplitView), Failure> {
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
        let spread = spread(site, &report, &series, step).await?;
        let clients = if with_clients { clients(site, &report).await? } else { None };
        Ok::<_, store::StoreError>((report, series, spread, clients))
    };
    let view = match gathered.await {
        Ok((report, series, spread, clients)) => {
            let configured = site.snapshot().config.services.iter().any(|s| s.name.to_string() == service);
            if report.segments.is_empty() && !configured {
                let text = format!("There is no service {service}, and none answered in this window.");
                return Err(Failure::NotFound(text));
            }
            let markers = backend::markers(site, Some(&service), window.from, window.to).await;
            SplitView { report: Some(report), series, step, since, markers, spread, clients }
        }
        Err(error) if error.is_away() => SplitView {
            report: None,
            series: Vec::new(),
            step,
            since,
            markers: Vec::new(),
            spread: None,
            clients: None,
        },
        Err(error) => return Err(error.into()),
    };
    Ok((service, view))
}

/// Who asked; none when the rows are too many to be read in time.
async fn clients(site: &Site, report: &SplitReport) -> Result<Option<SplitClients>, store::StoreError> {
    match site.split_clients(&report.service, report.from, report.to).await {
        Ok(clients) => Ok(Some(clients)),
        Err(error) if error.is_timeout() => Ok(None),
        Err(error) => Err(error),
    }
}

/// How far members strayed in the latest segment that has whole buckets.
async fn spread(
    site: &Site,
    report: &SplitReport,
    series: &[(i64, String, u64)],
    step: i64,
) -> Result<Option<Spread>, store::StoreError> {
    let of = |counts: &[(i64, String, u64)]| {
        report.segments.iter().rev().find_map(|segment| analytics::spread(segment, counts))
    };
    if step == BUCKET_US {
        return Ok(of(series));
    }
    let from = report.from.max(report.to - SPREAD_US);
    Ok(of(&site.store.series(&report.service, from, report.to, BUCKET_US).await?))
}
