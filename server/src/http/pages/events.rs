//! Events.

use api::view::EventsView;
use app::pages::events as pages;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::Span;

use super::errors;
use crate::access::Actor;
use crate::http::page;
use crate::http::problem::Failure;
use crate::http::rest::events::{EventsQuery, find};
use crate::site::{Shared, Site};

/// Events of a page.
const PAGE_EVENTS: i64 = 100;

/// `GET /events`
pub async fn show(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<EventsQuery>,
) -> Response {
    match gather(&site, &query).await {
        Ok(view) => {
            let status =
                if view.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            let now = site.now();
            page::show(&site, &actor, "/events", status, "Events", || pages::events(&view, now).into_any())
        }
        Err(failure) => errors::of(&site, &actor, "/events", failure),
    }
}

async fn gather(site: &Site, query: &EventsQuery) -> Result<EventsView, Failure> {
    let default = Span::seconds(86_400);
    let text = |text: &str| text.trim().to_owned();
    let mut view = EventsView {
        kinds: text(&query.kinds),
        level: text(&query.level),
        service: text(&query.service),
        member: text(&query.member),
        since: query.window.span(default).unwrap_or(default).to_string(),
        ..EventsView::default()
    };
    let asked = query
        .window
        .window(default, site.now())
        .map_err(Failure::BadRequest)
        .and_then(|window| query.ask(window, PAGE_EVENTS));
    let asked = match asked {
        Ok(asked) => asked,
        Err(Failure::BadRequest(problem)) => {
            view.problem = Some(problem.to_string());
            return Ok(view);
        }
        Err(other) => return Err(other),
    };
    match find(site, &asked).await {
        Ok(events) => {
            let full = events.len() as i64 == PAGE_EVENTS;
            view.next = events.last().filter(|_| full).map(|last| (last.at, last.id));
            view.events = Some(events);
        }
        Err(Failure::Away(_)) => {}
        Err(other) => return Err(other),
    }
    Ok(view)
}
