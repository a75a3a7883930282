//! Why an answer is what it is.

use std::net::{IpAddr, Ipv4Addr};

use axum::Json;
use axum::extract::{Query, State};
use model::Problem;
use model::rrtype::RrType;
use serde::Deserialize;
use steering::Explanation;

use crate::http::problem::Failure;
use crate::site::Shared;

/// What is asked.
#[derive(Debug, Deserialize)]
pub struct ExplainQuery {
    name: String,
    #[serde(rename = "type")]
    rr_type: Option<String>,
    client: Option<String>,
    site: Option<String>,
    count: Option<usize>,
}

/// `GET /explain`: the live selection code with the cursors only looked at.
pub async fn explain(
    State(site): State<Shared>,
    Query(query): Query<ExplainQuery>,
) -> Result<Json<Explanation>, Failure> {
    let bad = |field: &str, value: &str, why: String| Failure::BadRequest(Problem::new(field, value, why));
    let name =
        query.name.parse().map_err(|e: model::name::NameError| bad("name", &query.name, e.to_string()))?;
    let word = query.rr_type.as_deref().unwrap_or("A");
    let rr_type: RrType =
        word.parse().map_err(|e: model::value::ValueError| bad("type", word, e.to_string()))?;
    let client = match &query.client {
        None => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Some(text) => {
            text.parse().map_err(|_| bad("client", text, "give an address such as 192.0.2.1".to_owned()))?
        }
    };
    if let Some(other) = query.site.filter(|s| *s != site.name.as_str()) {
        let why = format!("this is {}: ask the server of that site", site.name);
        return Err(bad("site", &other, why));
    }
    let count = query.count.unwrap_or(1).clamp(1, 1000);
    Ok(Json(site.responder.current().explain(&name, rr_type, client, count)))
}
