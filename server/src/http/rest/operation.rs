//! One operation of REST: its route, and what the OpenAPI document says of it.
//!
//! The router is made of these values and the document is too, so that neither can name what the other lacks.

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::site::Shared;

/// What a request carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// One JSON object of this schema, whatever its `Content-Type`.
    Json(String),
    /// The same, refused unless it is called `application/json`.
    StrictJson(String),
    /// The declarative form of this schema, YAML or JSON.
    Yaml(String),
    /// A master file.
    MasterFile,
}

/// What a request that succeeds is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// One JSON value of this schema.
    One(String),
    /// A JSON list of values of this schema.
    List(String),
    /// 201 and one JSON value of this schema.
    Made(String),
    /// The same, or 200 when it was a dry run.
    MadeUnlessDry(String),
    /// 204.
    Nothing,
    /// The declarative form of this schema.
    Yaml(String),
    /// A master file.
    MasterFile,
    /// 202 and one JSON value of this schema.
    Accepted(String),
    /// Rows of the log as they are read.
    Rows,
    /// Rows of the log as they were written to a file.
    File,
    /// Rows of the log as they come.
    Events,
}

/// One method of one path.
pub struct Operation {
    /// Its method.
    pub method: Method,
    /// Its path below `/api/v1`; axum and OpenAPI write parameters alike, as `{name}`.
    pub path: String,
    /// Its name in generated clients.
    pub id: String,
    /// The resource it belongs to.
    pub tag: &'static str,
    /// What it does, in a line.
    pub summary: String,
    /// What else there is to know.
    pub detail: &'static str,
    /// Keys of its query parameters.
    pub query: Vec<&'static str>,
    /// What it takes.
    pub body: Option<Body>,
    /// What it gives.
    pub answer: Answer,
    /// Whether it makes a revision: takes `dry_run`, `reason` and `If-Match`.
    pub writes: bool,
    /// Whether the answer carries an ETag.
    pub tagged: bool,
    /// Statuses of its failures, beside those that its other fields imply.
    pub fails: Vec<u16>,
    route: MethodRouter<Shared>,
}

impl Operation {
    /// `GET path`
    pub fn get<T: 'static>(path: &str, handler: impl Handler<T, Shared>) -> Self {
        Self::new(Method::GET, MethodFilter::GET, path, handler)
    }

    /// `POST path`
    pub fn post<T: 'static>(path: &str, handler: impl Handler<T, Shared>) -> Self {
        Self::new(Method::POST, MethodFilter::POST, path, handler)
    }

    /// `PUT path`
    pub fn put<T: 'static>(path: &str, handler: impl Handler<T, Shared>) -> Self {
        Self::new(Method::PUT, MethodFilter::PUT, path, handler)
    }

    /// `PATCH path`
    pub fn patch<T: 'static>(path: &str, handler: impl Handler<T, Shared>) -> Self {
        Self::new(Method::PATCH, MethodFilter::PATCH, path, handler)
    }

    /// `DELETE path`
    pub fn delete<T: 'static>(path: &str, handler: impl Handler<T, Shared>) -> Self {
        Self::new(Method::DELETE, MethodFilter::DELETE, path, handler)
    }

    fn new<T: 'static>(
        method: Method,
        on_method: MethodFilter,
        path: &str,
        handler: impl Handler<T, Shared>,
    ) -> Self {
        Operation {
            method,
            path: path.to_owned(),
            id: String::new(),
            tag: "",
            summary: String::new(),
            detail: "",
            query: Vec::new(),
            body: None,
            answer: Answer::Nothing,
            writes: false,
            tagged: false,
            fails: Vec::new(),
            route: on(on_method, handler),
        }
    }

    /// Its resource, its name and what it does.
    pub fn called(self, tag: &'static str, id: impl Into<String>, summary: impl Into<String>) -> Self {
        Operation { tag, id: id.into(), summary: summary.into(), ..self }
    }

    /// What else there is to know.
    pub fn detail(self, detail: &'static str) -> Self {
        Operation { detail, ..self }
    }

    /// Query parameters by their keys.
    pub fn query(self, keys: &[&'static str]) -> Self {
        Operation { query: keys.to_vec(), ..self }
    }

    /// What it takes.
    pub fn takes(self, body: Body) -> Self {
        Operation { body: Some(body), ..self }
    }

    /// What it gives.
    pub fn gives(self, answer: Answer) -> Self {
        Operation { answer, ..self }
    }

    /// It makes a revision.
    pub fn writes(self) -> Self {
        Operation { writes: true, ..self }
    }

    /// Its answer carries the generation as ETag.
    pub fn tagged(self) -> Self {
        Operation { tagged: true, ..self }
    }

    /// Statuses of its failures.
    pub fn fails(self, statuses: &[u16]) -> Self {
        Operation { fails: statuses.to_vec(), ..self }
    }

    /// Whether it lasts as long as its reader takes.
    pub fn streams(&self) -> bool {
        matches!(self.answer, Answer::Rows | Answer::File | Answer::Events)
    }

    /// Whether a body has to be called `application/json`.
    pub fn wants_json_type(&self) -> bool {
        matches!(self.body, Some(Body::StrictJson(_)))
    }

    /// Its path with its route, to be merged with the other methods of the path.
    pub fn route(self) -> (String, MethodRouter<Shared>) {
        (self.path, self.route)
    }
}
