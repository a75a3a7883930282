//! Saved views of the query log.

use serde_json::json;
use utoipa::openapi::{ObjectBuilder, Schema};

use super::Named;
use crate::http::openapi::shape::{count, flag, instant, object, text};
use crate::http::rest::log_views::{MAX_NAME, MAX_QUERY};

pub const ALL: &[Named] = &[("LogView", view), ("NewLogView", new_view)];

fn name() -> ObjectBuilder {
    text("What it is called; no two of one owner are called alike.")
        .min_length(Some(1))
        .max_length(Some(MAX_NAME))
}

fn query() -> ObjectBuilder {
    text("The query of an address of the Logs page: window, filter, columns, groups.")
        .min_length(Some(1))
        .max_length(Some(MAX_QUERY))
}

fn view() -> Schema {
    object("What the Logs page shows, under a name.")
        .must("id", count("Its number."))
        .must("name", name())
        .must("owner", text("Who saved it."))
        .must("shared", flag("Whether everybody sees it."))
        .must("default", flag("Whether the reader's Logs page begins with it."))
        .must("query", query())
        .must("created", instant("When it was saved"))
        .open()
}

fn new_view() -> Schema {
    let no = |about: &str| flag(about).default(Some(json!(false)));
    object("A view to save.")
        .must("name", name())
        .must("query", query())
        .may("shared", no("Whether everybody sees it; needs the role operator."))
        .may("default", no("Whether the Logs page of whoever saves it begins with it."))
        .closed()
}
