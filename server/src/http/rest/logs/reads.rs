//! The log looked at from further away, and one row from near: histogram, ranks, values, a row with those around it.

use std::str::FromStr;

use api::view::{Around, Bars, By, Near, Top};
use axum::Json;
use axum::extract::{Path, Query, State};
use model::filter::Field;
use model::value::ValueError;
use model::{Problem, Span};
use serde::Deserialize;
use store::LogQuery;

use super::{BUDGET, parse_filter, search_failure};
use crate::http::problem::Failure;
use crate::http::window::{Window, WindowQuery};
use crate::site::{Shared, Site};

/// Bars of a histogram, at most, unless a step was asked for.
const BARS: i64 = 120;
/// Most bars a step may ask for.
const MOST_BARS: i64 = 2000;

/// Which histogram or ranks.
#[derive(Debug, Default, Deserialize)]
pub struct GroupQuery {
    /// The window.
    #[serde(flatten)]
    pub window: WindowQuery,
    /// Filter expression.
    #[serde(default)]
    pub filter: String,
    /// What to group by.
    pub by: Option<String>,
    /// Of a histogram: length of a step.
    pub step: Option<String>,
    /// Of ranks: how many.
    pub n: Option<usize>,
}

impl GroupQuery {
    fn read(&self, site: &Site, default: By) -> Result<(Window, LogQuery, By), Failure> {
        let window = self.window.window(Span::seconds(3600), site.now()).map_err(Failure::BadRequest)?;
        let filter = parse_filter(&self.filter)?;
        let by = self.by.as_deref().map_or(Ok(default), |text| word("by", text))?;
        Ok((window, LogQuery { from: window.from, to: window.to, filter }, by))
    }

    /// The step asked for, in tens of seconds, or one that gives a readable number of bars.
    fn step(&self, window: Window) -> Result<i64, Failure> {
        let Some(text) = self.step.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(window.step(BARS));
        };
        let span: Span = word("step", text)?;
        let step = span.as_millis() as i64 * 1000;
        if step < model::counter::BUCKET_US || step % model::counter::BUCKET_US != 0 {
            return Err(refused("step", text, "write whole tens of seconds, as 10s or 5m"));
        }
        if (window.to - window.from) / step > MOST_BARS {
            return Err(refused(
                "step",
                text,
                &format!("that is more than {MOST_BARS} bars: write a longer one"),
            ));
        }
        Ok(step)
    }
}

fn refused(field: &str, text: &str, remedy: &str) -> Failure {
    Failure::BadRequest(Problem::new(field, text, remedy))
}

fn word<T: FromStr<Err = ValueError>>(field: &str, text: &str) -> Result<T, Failure> {
    text.parse().map_err(|e: ValueError| refused(field, text, &e.to_string()))
}

/// `GET /logs/histogram`
pub async fn histogram(
    State(site): State<Shared>,
    Query(query): Query<GroupQuery>,
) -> Result<Json<Bars>, Failure> {
    let (window, wanted, by) = query.read(&site, By::Field(Field::Rcode))?;
    let step = query.step(window)?;
    site.pipeline.flush_now().await;
    let bars = site.store.bars(&wanted, by, step, BUDGET).await;
    bars.map(Json).map_err(|error| search_failure(error, &query.filter))
}

/// `GET /logs/top`
pub async fn top(State(site): State<Shared>, Query(query): Query<GroupQuery>) -> Result<Json<Top>, Failure> {
    let (_, wanted, by) = query.read(&site, By::Field(Field::ClientIp))?;
    site.pipeline.flush_now().await;
    let top = site.store.top(&wanted, by, query.n.unwrap_or(10).clamp(1, 1000), BUDGET).await;
    top.map(Json).map_err(|error| search_failure(error, &query.filter))
}

/// Which values.
#[derive(Debug, Default, Deserialize)]
pub struct ValuesQuery {
    /// The window.
    #[serde(flatten)]
    pub window: WindowQuery,
    /// The field.
    #[serde(default)]
    pub field: String,
    /// What they begin with.
    #[serde(default)]
    pub prefix: String,
    /// How many.
    pub n: Option<usize>,
}

/// `GET /logs/values`: those of the configuration first.
pub async fn values(
    State(site): State<Shared>,
    Query(query): Query<ValuesQuery>,
) -> Result<Json<Vec<String>>, Failure> {
    let window = query.window.window(Span::seconds(3600), site.now()).map_err(Failure::BadRequest)?;
    let field: Field = word("field", &query.field)?;
    let n = query.n.unwrap_or(20).clamp(1, 200);
    Ok(Json(complete(&site, field, &query.prefix, window, n).await?))
}

/// At most `n` values of a field that begin with a prefix, without case: those of the configuration, then those seen.
pub async fn complete(
    site: &Site,
    field: Field,
    prefix: &str,
    window: Window,
    n: usize,
) -> Result<Vec<String>, Failure> {
    let mut values = configured(site, field);
    let prefix_lower = prefix.to_ascii_lowercase();
    values.retain(|value| value.to_ascii_lowercase().starts_with(&prefix_lower));
    if values.len() < n {
        let seen = site.store.values(field, prefix, (window.from, window.to), n).await?;
        for value in seen {
            if !values.contains(&value) {
                values.push(value);
            }
        }
    }
    values.truncate(n);
    Ok(values)
}

/// Values the configuration has for a field, in their order.
fn configured(site: &Site, field: Field) -> Vec<String> {
    let snapshot = site.snapshot();
    let services = &snapshot.config.services;
    let mut values: Vec<String> = match field {
        Field::Service => services.iter().map(|service| service.name.to_string()).collect(),
        Field::Pool => {
            services.iter().flat_map(|service| &service.pools).map(|pool| pool.name.to_string()).collect()
        }
        Field::Member => {
            let members = services.iter().flat_map(|s| &s.pools).flat_map(|pool| &pool.members);
            members.filter_map(|member| member.address).map(|address| address.to_string()).collect()
        }
        Field::Significant => vec!["true".to_owned(), "false".to_owned()],
        _ => Vec::new(),
    };
    values.sort();
    values.dedup();
    values
}

/// Which rows around one.
#[derive(Debug, Default, Deserialize)]
pub struct AroundQuery {
    /// How many before and after.
    pub around: Option<i64>,
    /// `all`, `client` or `service`.
    pub near: Option<String>,
}

/// `GET /logs/rows/{row}`: by time and number, as `1795161600000000-4711`.
pub async fn row(
    State(site): State<Shared>,
    Path(key): Path<String>,
    Query(query): Query<AroundQuery>,
) -> Result<Json<Around>, Failure> {
    let (at, id) = row_key(&key)?;
    let near = query.near.as_deref().map_or(Ok(Near::All), |text| word("near", text))?;
    let around = query.around.unwrap_or(0).clamp(0, 500);
    let found = site.store.around(at, id, around, near, BUDGET).await?;
    match found.row {
        Some(_) => Ok(Json(found)),
        None => {
            Err(Failure::NotFound(format!("the log has no row {key}; its day may be over the retention")))
        }
    }
}

/// Reads `at-id`.
pub fn row_key(text: &str) -> Result<(i64, i64), Failure> {
    let parsed = text.split_once('-').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    parsed.ok_or_else(|| refused("row", text, "write time and number of the row, as 1795161600000000-4711"))
}
