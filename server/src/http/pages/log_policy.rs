//! What the query log keeps: the flow of every form, for the one thing there is one of.

use api::draft::{Form, LoggingDraft};
use app::pages::Carried;
use app::pages::log_policy::log_policy;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::Problems;

use super::{Meta, Posted, commit, errors, problems_of};
use crate::access::Actor;
use crate::http::problem::Failure;
use crate::http::{page, see_other};
use crate::site::{Shared, Site};

const PATH: &str = "/logs/policy";

fn form(
    site: &Site,
    actor: &Actor,
    status: StatusCode,
    draft: &LoggingDraft,
    problems: &Problems,
    carried: &Carried,
) -> Response {
    page::show(site, actor, PATH, status, "What the log keeps", || {
        log_policy(draft, problems, carried).into_any()
    })
}

/// `GET /logs/policy`
pub async fn show(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    let snapshot = site.snapshot();
    let (draft, carried) = (LoggingDraft::of(&snapshot.config.logging), Carried::fresh(snapshot.generation));
    form(&site, &actor, StatusCode::OK, &draft, &Problems::default(), &carried)
}

/// `POST /logs/policy`
pub async fn post(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    axum::Form(pairs): Posted,
) -> Response {
    let posted = Form::new(pairs);
    let (draft, meta) = (LoggingDraft::from_form(&posted), Meta::of(&posted));
    let snapshot = site.snapshot();
    let seen = meta.expected.unwrap_or(snapshot.generation);
    let reason = meta.reason.clone();
    if LoggingDraft::is_row_edit(&posted) {
        let carried = Carried { generation: seen, reason };
        return form(&site, &actor, StatusCode::OK, &draft, &Problems::default(), &carried);
    }
    let wanted = draft.clone();
    let result = match draft.parse(&snapshot.config.logging) {
        Ok(_) => {
            commit(&site, &actor, meta, move |config| {
                // Over what is in force now, so that what the form does not say stays.
                config.logging = wanted.parse(&config.logging)?;
                Ok(())
            })
            .await
        }
        Err(problems) => Err(Failure::Invalid(problems)),
    };
    let failure = match result {
        Ok(_) => return see_other("/logs"),
        Err(failure) => failure,
    };
    let status = failure.status();
    // After a conflict the form goes on from what is in force now: saving again is then a decision.
    let conflict = matches!(failure, Failure::Conflict { .. });
    let generation = if conflict { site.snapshot().generation } else { seen };
    match problems_of(failure) {
        Ok(problems) => {
            let problems = draft.beside_fields(problems);
            form(&site, &actor, status, &draft, &problems, &Carried { generation, reason })
        }
        Err(failure) => errors::of(&site, &actor, "/logs", failure),
    }
}
