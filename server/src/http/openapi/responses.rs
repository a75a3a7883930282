//! Failures by status, each with the words the server itself uses.

use axum::http::{Method, StatusCode};
use model::Problem;
use serde_json::{Value, json};
use utoipa::openapi::{ContentBuilder, Ref, Response, ResponseBuilder};

use super::examples;
use crate::access::Role;
use crate::http::problem::{Failure, ProblemDetails};
use crate::http::rest::operation::Operation;
use crate::http::window::WindowQuery;
use crate::http::{auth, unhandled};

/// Status, key, what it means.
const FAILURES: [(u16, &str, &str); 12] = [
    (400, "BadRequest", "A parameter, a header or the body could not be read."),
    (401, "Unauthorized", "No valid token and no session."),
    (
        403,
        "Forbidden",
        "Not with this role. A browser's request from another site is refused with it as well.",
    ),
    (404, "NotFound", "There is no such thing."),
    (409, "Exists", "There is one of this name already."),
    (412, "Conflict", "The configuration has changed since it was read; nothing was changed."),
    (413, "TooLarge", "The body is larger than 16 MiB."),
    (415, "UnsupportedMediaType", "Send the body as `application/json`."),
    (422, "Invalid", "The content is wrong; nothing was changed. Every problem is named with its field."),
    (500, "Internal", "The server's own fault; its log says more."),
    (503, "StorageAway", "Storage is away. DNS is answered all the same, from the last good configuration."),
    (504, "TimedOut", "It took more than 30 s and was given up."),
];

/// All of them under their keys.
pub fn all() -> impl Iterator<Item = (&'static str, Response)> {
    FAILURES.into_iter().map(|(status, key, about)| {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("ProblemDetails")))
            .example(example(status).map(|details| json!(details)));
        let response =
            ResponseBuilder::new().description(about).content("application/problem+json", content.build());
        (key, response.build())
    })
}

/// The failures an operation can end with: status and reference.
pub fn of(operation: &Operation) -> impl Iterator<Item = (String, Ref)> {
    let statuses = statuses(operation);
    let wanted = FAILURES.into_iter().filter(move |(status, ..)| statuses.contains(status));
    wanted.map(|(status, key, _)| (status.to_string(), Ref::from_response_name(key)))
}

/// Every operation needs someone who is known, which storage may have to say.
fn statuses(operation: &Operation) -> Vec<u16> {
    let mut statuses = operation.fails.clone();
    statuses.extend([401, 500, 503]);
    let implied: [(bool, &[u16]); 6] = [
        (needed(operation) > Role::Viewer, &[403]),
        (!operation.query.is_empty() || operation.path.starts_with("/split/"), &[400]),
        (operation.writes, &[400, 412, 422]),
        (operation.body.is_some(), &[400, 413, 422]),
        (operation.wants_json_type(), &[415]),
        (!operation.streams(), &[504]),
    ];
    statuses.extend(implied.iter().filter(|(applies, _)| *applies).flat_map(|(_, more)| more.iter()));
    statuses
}

/// The role an operation needs, as the gate decides it.
pub fn needed(operation: &Operation) -> Role {
    auth::needed(&operation.method, &operation.path)
}

fn example(status: u16) -> Option<ProblemDetails> {
    let failure = match status {
        400 => {
            let window = WindowQuery { since: Some("soon".to_owned()), ..WindowQuery::default() };
            Failure::BadRequest(window.window(model::Span::seconds(900), examples::AT).err()?)
        }
        401 => Failure::Unauthorized,
        403 => auth::permit(&examples::viewer(), &Method::POST, "/zones").err()?,
        404 => {
            Failure::NotFound("there is nothing named \"www.avi.iberia.local\" among the services".to_owned())
        }
        409 => Failure::Exists(Problem::new("name", "ana", "there is a user of this name: choose another")),
        412 => Failure::Conflict { expected: 11, actual: examples::GENERATION },
        413 => return Some(refused(StatusCode::PAYLOAD_TOO_LARGE, "")),
        415 => {
            let text = "Expected request with `Content-Type: application/json`";
            return Some(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
        }
        504 => return Some(refused(StatusCode::GATEWAY_TIMEOUT, "")),
        422 => Failure::Invalid(model::check::check(&examples::invalid()).err()?),
        500 => Failure::Internal(String::new()),
        _ => Failure::Away(String::new()),
    };
    Some(failure.details())
}

/// Before a handler ran.
fn refused(status: StatusCode, text: &str) -> ProblemDetails {
    unhandled::details(status, &Method::POST, text)
}

/// The body of a failure, for the schema.
pub fn invalid() -> Option<Value> {
    example(422).map(|details| json!(details))
}
