//! Events, deliveries of alerts, and tests of channels.

use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use model::occurrence::{Delivery, Kind, Level, Occurrence};
use model::{Problem, Span};
use serde::{Deserialize, Serialize};
use store::{DeliveryQuery, EventQuery};

use super::logs::parse_before;
use crate::access::Actor;
use crate::http::problem::Failure;
use crate::http::window::{Window, WindowQuery};
use crate::site::{Shared, Site};

/// Which events.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct EventsQuery {
    /// The window.
    #[serde(flatten)]
    pub window: WindowQuery,
    /// Ids, separated by commas.
    #[serde(default)]
    pub kinds: String,
    /// The lowest level.
    #[serde(default)]
    pub level: String,
    /// The service.
    #[serde(default)]
    pub service: String,
    /// The member.
    #[serde(default)]
    pub member: String,
    /// The site.
    #[serde(default)]
    pub site: String,
    /// `at,id` of the event before which the page begins.
    pub before: Option<String>,
    /// Events of a page.
    pub limit: Option<i64>,
}

impl EventsQuery {
    /// The question to storage.
    ///
    /// # Errors
    /// The parameter that cannot be read.
    pub fn ask(&self, window: Window, limit: i64) -> Result<EventQuery, Failure> {
        let parse = |field: &str, text: &str, message: String| {
            Failure::BadRequest(Problem::new(field, text.trim(), message))
        };
        let kinds = self
            .kinds
            .split([',', ' '])
            .filter(|word| !word.is_empty())
            .map(|word| word.parse::<Kind>().map_err(|error| parse("kinds", word, error.to_string())));
        let level = match self.level.trim() {
            "" => Level::Low,
            text => {
                text.parse().map_err(|e: model::value::ValueError| parse("level", text, e.to_string()))?
            }
        };
        let member = match self.member.trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| parse("member", text, "give an address".to_owned()))?),
        };
        let text = |text: &str| Some(text.trim().trim_end_matches('.').to_owned()).filter(|t| !t.is_empty());
        Ok(EventQuery {
            kinds: kinds.collect::<Result<_, _>>()?,
            level,
            service: text(&self.service).map(|name| name.to_ascii_lowercase()),
            member,
            site: text(&self.site),
            before: parse_before(self.before.as_deref())?,
            ..EventQuery::all(window.from, window.to, limit)
        })
    }
}

/// A page of events.
#[derive(Debug, Serialize)]
pub struct EventPage {
    /// Newest first.
    pub events: Vec<Occurrence>,
    /// What `before` of the next page is; none when this is the last.
    pub next: Option<String>,
}

/// `GET /events`: newest first.
pub async fn list(
    State(site): State<Shared>,
    Query(query): Query<EventsQuery>,
) -> Result<Json<EventPage>, Failure> {
    let window = query.window.window(Span::seconds(86_400), site.now()).map_err(Failure::BadRequest)?;
    let limit = query.limit.unwrap_or(100).clamp(1, 1000);
    let events = find(&site, &query.ask(window, limit)?).await?;
    let full = events.len() as i64 == limit;
    let next = events.last().filter(|_| full).map(|last| format!("{},{}", last.at, last.id));
    Ok(Json(EventPage { events, next }))
}

/// Events, with those that were noted a moment ago.
pub async fn find(site: &Site, query: &EventQuery) -> Result<Vec<Occurrence>, Failure> {
    site.events.outbox().write(&site.store).await?;
    Ok(site.store.events(query).await?)
}

/// Which deliveries.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct DeliveriesQuery {
    /// The channel.
    #[serde(default)]
    pub channel: String,
    /// The rule.
    #[serde(default)]
    pub rule: String,
    /// The outcome.
    #[serde(default)]
    pub outcome: String,
    /// Number of the event.
    #[serde(default)]
    pub event: String,
    /// `at,id` of the delivery before which the page begins.
    pub before: Option<String>,
    /// Deliveries of a page.
    pub limit: Option<i64>,
}

impl DeliveriesQuery {
    /// The question to storage.
    ///
    /// # Errors
    /// The parameter that cannot be read.
    pub fn ask(&self, limit: i64) -> Result<DeliveryQuery, Failure> {
        let text = |text: &str| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        let bad = |field: &str, text: &str, message: String| {
            Failure::BadRequest(Problem::new(field, text, message))
        };
        let outcome = text(&self.outcome).map(|word| {
            word.parse().map_err(|e: model::value::ValueError| bad("outcome", &word, e.to_string()))
        });
        let event = text(&self.event)
            .map(|id| id.parse().map_err(|_| bad("event", &id, "give the event's number".to_owned())));
        Ok(DeliveryQuery {
            channel: text(&self.channel),
            rule: text(&self.rule),
            outcome: outcome.transpose()?,
            event: event.transpose()?,
            before: parse_before(self.before.as_deref())?,
            limit,
        })
    }
}

/// A page of deliveries.
#[derive(Debug, Serialize)]
pub struct DeliveryPage {
    /// Newest first.
    pub deliveries: Vec<Delivery>,
    /// What `before` of the next page is; none when this is the last.
    pub next: Option<String>,
}

/// `GET /deliveries`: newest first.
pub async fn deliveries(
    State(site): State<Shared>,
    Query(query): Query<DeliveriesQuery>,
) -> Result<Json<DeliveryPage>, Failure> {
    let limit = query.limit.unwrap_or(100).clamp(1, 1000);
    let query = query.ask(limit)?;
    site.events.outbox().write(&site.store).await?;
    let deliveries = site.store.deliveries(&query).await?;
    let full = deliveries.len() as i64 == limit;
    let next = deliveries.last().filter(|_| full).map(|last| format!("{},{}", last.at, last.id));
    Ok(Json(DeliveryPage { deliveries, next }))
}

/// `POST /channels/{name}/test`
pub async fn test(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Result<Json<Delivery>, Failure> {
    let snapshot = site.snapshot();
    let channel = snapshot.config.channel(&name);
    let channel = channel.ok_or_else(|| Failure::NotFound(format!("there is no channel {name:?}")))?;
    Ok(Json(site.events.test(channel, &actor.name).await))
}
