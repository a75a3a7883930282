//! What an export is asked to be, read from a request.

use api::export::{ExportKind, NewExport};
use model::{Problem, Span};
use serde::Deserialize;
use store::{ExportColumns, ExportFormat, LogQuery};

use crate::access::Actor;
use crate::http::problem::Failure;
use crate::http::rest::logs::parse_filter;
use crate::http::window::WindowQuery;

/// The fields of a request.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExportRequest {
    /// `csv`, `ndjson` or `parquet`; CSV when absent.
    pub format: Option<String>,
    /// `compact`, `avi` or names; compact when absent.
    pub columns: Option<String>,
    /// Filter expression.
    pub filter: String,
    /// The last so long.
    pub since: Option<String>,
    /// Start, RFC 3339.
    pub from: Option<String>,
    /// End, RFC 3339.
    pub to: Option<String>,
}

/// A request that can be done.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Which rows.
    pub query: LogQuery,
    /// How they are written.
    pub format: ExportFormat,
    /// In which columns.
    pub columns: ExportColumns,
    /// What is noted of it.
    pub new: NewExport,
}

impl ExportRequest {
    /// Reads it; what is wrong is said with its field.
    pub fn read(&self, kind: ExportKind, actor: &Actor, now: i64) -> Result<Wish, Failure> {
        let asked = WindowQuery { since: self.since.clone(), from: self.from.clone(), to: self.to.clone() };
        let window = asked.window(Span::seconds(3600), now).map_err(Failure::BadRequest)?;
        let filter = parse_filter(&self.filter)?;
        let format = chosen(self.format.as_deref(), ExportFormat::parse)?;
        let columns = chosen(self.columns.as_deref(), ExportColumns::parse)?;
        Ok(Wish {
            query: LogQuery { from: window.from, to: window.to, filter },
            format,
            columns,
            new: NewExport {
                kind,
                format: format.as_str().to_owned(),
                columns: self.columns.clone().unwrap_or_else(|| "compact".to_owned()),
                filter: self.filter.trim().to_owned(),
                from: window.from,
                to: window.to,
                actor: actor.name.clone(),
                asked: now,
            },
        })
    }
}

/// What a parameter says; one that is absent says what is usual.
fn chosen<T: Default>(text: Option<&str>, parse: fn(&str) -> Result<T, Problem>) -> Result<T, Failure> {
    text.map_or_else(|| Ok(T::default()), parse).map_err(Failure::BadRequest)
}
