//! Errors of REST as RFC 9457 problem details, and the one error type the handlers return.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{Problem, Problems};
use serde::{Deserialize, Serialize};
use store::StoreError;

/// RFC 9457: `application/problem+json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProblemDetails {
    /// `about:blank`, or a name of ours.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// Each field that is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Problem>,
}

impl ProblemDetails {
    /// As the command line prints it: every problem on a line of its own.
    pub fn in_words(&self) -> String {
        if self.errors.is_empty() {
            return self.detail.clone();
        }
        let lines: Vec<String> = self.errors.iter().map(ToString::to_string).collect();
        lines.join("\n")
    }
}

/// Why a request failed.
#[derive(Debug)]
pub enum Failure {
    /// 400: a parameter could not be read.
    BadRequest(Problem),
    /// 422: the content is wrong; nothing was changed.
    Invalid(Problems),
    /// 401: no valid token or session.
    Unauthorized,
    /// 403: not with this role.
    Forbidden(String),
    /// 404: there is no such thing.
    NotFound(String),
    /// 409: there is one already.
    Exists(Problem),
    /// 412: somebody else was faster.
    Conflict {
        /// The generation the writer had seen.
        expected: u64,
        /// The one in force.
        actual: u64,
    },
    /// 429: seconds to wait.
    TooMany(u64),
    /// 503: storage is away.
    Away(String),
    /// 500: our own fault; the detail goes to the log, not to the client.
    Internal(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_away() { Failure::Away(error.to_string()) } else { Failure::Internal(error.to_string()) }
    }
}

impl From<store::EditError> for Failure {
    fn from(error: store::EditError) -> Self {
        match error {
            store::EditError::Invalid(problems) => Failure::Invalid(problems),
            store::EditError::Conflict { expected, actual } => Failure::Conflict { expected, actual },
            store::EditError::Store(error) => error.into(),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::Internal(format!("{error:#}"))
    }
}

impl Failure {
    /// The status and its words.
    pub fn details(&self) -> ProblemDetails {
        let (status, detail, errors) = match self {
            Failure::BadRequest(problem) => {
                (StatusCode::BAD_REQUEST, problem.to_string(), vec![problem.clone()])
            }
            Failure::Invalid(problems) => {
                (StatusCode::UNPROCESSABLE_ENTITY, problems.to_string(), problems.0.clone())
            }
            Failure::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                "send a valid token as `Authorization: Bearer TOKEN`, or sign in".to_owned(),
                Vec::new(),
            ),
            Failure::Forbidden(why) => (StatusCode::FORBIDDEN, why.clone(), Vec::new()),
            Failure::NotFound(what) => (StatusCode::NOT_FOUND, what.clone(), Vec::new()),
            Failure::Exists(problem) => (StatusCode::CONFLICT, problem.to_string(), vec![problem.clone()]),
            Failure::Conflict { expected, actual } => (
                StatusCode::PRECONDITION_FAILED,
                format!(
                    "the configuration has changed since you read it (you saw generation {expected}, \
                     {actual} is in force): read it again and repeat your change"
                ),
                Vec::new(),
            ),
            Failure::TooMany(seconds) => (
                StatusCode::TOO_MANY_REQUESTS,
                format!("too many failed attempts: try again in {seconds} s"),
                Vec::new(),
            ),
            Failure::Away(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "storage is away: DNS answers go on from the last good configuration; nothing was changed"
                    .to_owned(),
                Vec::new(),
            ),
            Failure::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "something failed here; the server's log says what".to_owned(),
                Vec::new(),
            ),
        };
        ProblemDetails {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail,
            errors,
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.details().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Says in the log what the client is not told.
    pub fn note(&self) {
        match self {
            Failure::Internal(error) => tracing::error!(%error, "request failed"),
            Failure::Away(error) => tracing::debug!(%error, "storage is away"),
            _ => {}
        }
    }
}

/// The media type of problem details.
pub const MEDIA_TYPE: header::HeaderValue = header::HeaderValue::from_static("application/problem+json");

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.note();
        let mut response = (self.status(), Json(self.details())).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, MEDIA_TYPE);
        response
    }
}
