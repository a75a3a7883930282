//! The full log, begun and ended from the Logs page: a change of the configuration like any other.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use model::value::ValueError;
use model::{Moment, Problem, Span};
use serde::Deserialize;

use super::errors;
use crate::access::Actor;
use crate::http::problem::Failure;
use crate::http::rest::{WriteQuery, write};
use crate::http::see_other;
use crate::site::{Shared, Site};

/// Longest full log that a form begins; a longer one is a setting.
const LONGEST: Span = Span::seconds(86_400);

/// The form.
#[derive(Debug, Deserialize)]
pub struct FullForm {
    /// How long; nothing ends it.
    #[serde(default, rename = "for")]
    lasts: String,
}

/// `POST /logs/full`
pub async fn post(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    axum::Form(form): axum::Form<FullForm>,
) -> Response {
    match set(&site, &actor, form.lasts.trim()).await {
        Ok(()) => see_other("/logs"),
        Err(failure) => errors::of(&site, &actor, "/logs", failure),
    }
}

async fn set(site: &Site, actor: &Actor, lasts: &str) -> Result<(), Failure> {
    let invalid = |message: String| Failure::Invalid(Problem::new("for", lasts, message).into());
    let span = match lasts {
        "" => None,
        text => Some(text.parse::<Span>().map_err(|e: ValueError| invalid(e.to_string()))?),
    };
    if span.is_some_and(|span| span > LONGEST || span.as_millis() < 1000) {
        return Err(invalid(format!("give 1s to {LONGEST}")));
    }
    let until = span.map(|span| Moment(site.now() + span.as_millis() as i64 * 1000));
    let reason = match span {
        Some(span) => format!("every row of the query log for {span}"),
        None => "the full query log is ended".to_owned(),
    };
    let query = WriteQuery { reason, ..WriteQuery::default() };
    write(site, actor, &HeaderMap::new(), &query, move |config| {
        config.logging.full_until = until;
        Ok(())
    })
    .await?;
    Ok(())
}
