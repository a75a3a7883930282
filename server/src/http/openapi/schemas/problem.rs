//! Failures.

use utoipa::openapi::Schema;

use super::Named;
use crate::http::openapi::shape::{list_of, object, text, whole};

pub const ALL: &[Named] = &[("ProblemDetails", details), ("Problem", problem)];

fn details() -> Schema {
    object("Why a request failed (RFC 9457).")
        .must("type", text("`about:blank`: the status says what kind of failure it is."))
        .must("title", text("The status in words."))
        .must("status", whole("HTTP status.", 400, 599))
        .must("detail", text("What happened and what to do."))
        .may("errors", list_of("Problem", "Each field that is wrong."))
        .open()
}

fn problem() -> Schema {
    let field = "Path of the field in the declarative form, as `services[0].pools[0].members[0].weight`, or the name \
                 of the parameter.";
    object("One thing wrong with one field.")
        .must("field", text(field))
        .must("value", text("The value that was given, as text; may be empty."))
        .must("message", text("What is wrong and what would be right."))
        .open()
}
