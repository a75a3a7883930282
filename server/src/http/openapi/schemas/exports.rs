//! Exports of the query log.

use utoipa::openapi::{ObjectBuilder, Schema};

use super::Named;
use crate::http::openapi::shape::{count, instant, list_of, object, or_null, text, to, word};

pub const ALL: &[Named] = &[("ExportPage", page), ("Export", export), ("NewExport", new)];

const COLUMNS: &str = "`compact`, `avi`, or names joined by commas.";

fn format() -> ObjectBuilder {
    word("How rows are written.", &["csv", "ndjson", "parquet"])
}

fn page() -> Schema {
    object("Exports, newest first.")
        .must("exports", list_of("Export", "The exports."))
        .must("next", or_null(count("`before` of the next page; null when this is the last one.")))
        .open()
}

fn export() -> Schema {
    let states = ["queued", "running", "done", "failed", "cancelled", "expired"];
    object("One export of the query log.")
        .must("id", count("Its number."))
        .must(
            "kind",
            word("Whether it answered a request, or was made in the background.", &["direct", "job"]),
        )
        .must("format", format())
        .must("columns", text(COLUMNS))
        .must("filter", text("Filter expression; empty when all rows were asked for."))
        .must("from", instant("Start of the window"))
        .must("to", instant("Its end, not included"))
        .must("actor", text("Who asked."))
        .must("state", word("What became of it.", &states))
        .must("total", or_null(count("Rows there were when it began; null before.")))
        .must("rows", count("Rows written."))
        .must("bytes", count("Octets written."))
        .must("sha256", or_null(text("SHA-256 of all octets in hexadecimal; null until it is done.")))
        .must("error", or_null(text("Why it broke off; null when it did not.")))
        .must("asked", instant("When it was asked for"))
        .must("started", or_null(instant("When it began")))
        .must("ended", or_null(instant("When it ended")))
        .must("expires", or_null(instant("When the file of a job is removed")))
        .open()
}

fn new() -> Schema {
    object("An export to make in the background.")
        .may("format", format())
        .may("columns", text(COLUMNS))
        .may("filter", text("Filter expression.").default(Some(serde_json::json!(""))))
        .may(
            "since",
            to("Span", "The window is the last so long; 1h when absent. Ignored when `from` is given."),
        )
        .may("from", text("Start of the window, RFC 3339."))
        .may("to", text("Its end, not included; now when absent."))
        .closed()
}
