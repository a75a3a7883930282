//! What may come next in a filter that is being typed.

use std::collections::BTreeSet;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::header;
use model::filter::Field;
use model::filter::complete::{Suggestion, What, suggestions, wanted};
use serde::Deserialize;

use crate::site::{Shared, Site};

/// Offered at most; whoever sees more types on.
const MOST: usize = 12;
/// How far back values are looked for, microseconds: the newest rows of it are what is looked at.
const WINDOW_US: i64 = 7 * 86_400 * 1_000_000;

/// The text, and where the cursor is in it.
#[derive(Debug, Deserialize)]
pub struct CompleteQuery {
    #[serde(default)]
    text: String,
    #[serde(default)]
    at: usize,
}

/// `GET /logs/complete`: one a line, as from, to, label and text, separated by tabs. Without storage the language and
/// the configuration still know much.
pub async fn complete(State(site): State<Shared>, Query(query): Query<CompleteQuery>) -> Response {
    let wanted = wanted(&query.text, query.at);
    let known = match wanted.what {
        What::Value(field) | What::Listed(field) => values(&site, field, &wanted.typed).await,
        _ => Vec::new(),
    };
    let lines: String = suggestions(&wanted, &known)
        .iter()
        .filter(|one| !one.insert.contains(['\t', '\n', '\r']) && !one.label.contains(['\t', '\n', '\r']))
        .take(MOST)
        .map(|Suggestion { label, insert }| format!("{}\t{}\t{label}\t{insert}\n", wanted.from, wanted.to))
        .collect();
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], lines).into_response()
}

/// Values of a field: those the configuration has, then those that rows have.
async fn values(site: &Site, field: Field, typed: &str) -> Vec<String> {
    let now = site.now();
    let found = site.store.values(field, typed, (now - WINDOW_US, now), MOST).await.unwrap_or_default();
    let mut all = found;
    all.extend(
        configured(site, field).into_iter().filter(|value| value.starts_with(&typed.to_ascii_lowercase())),
    );
    let mut seen = BTreeSet::new();
    all.retain(|value| seen.insert(value.clone()));
    all
}

fn configured(site: &Site, field: Field) -> BTreeSet<String> {
    let snapshot = site.snapshot();
    let services = snapshot.config.services.iter();
    match field {
        Field::Site => BTreeSet::from([site.name.to_string()]),
        Field::Service | Field::Fqdn => services.map(|service| service.name.to_string()).collect(),
        Field::Pool => {
            services.flat_map(|service| &service.pools).map(|pool| pool.name.to_string()).collect()
        }
        Field::Member | Field::Answers => services
            .flat_map(|service| &service.pools)
            .flat_map(|pool| &pool.members)
            .filter_map(|member| member.address.map(|address| address.to_string()))
            .collect(),
        Field::Generation => BTreeSet::from([snapshot.generation.to_string()]),
        _ => BTreeSet::new(),
    }
}
