//! Health monitors.

use model::config::MonitorKind;
use serde_json::json;
use utoipa::openapi::{ObjectBuilder, Schema};

use super::Named;
use crate::http::openapi::shape::{list, object, text, to, to_or, whole, word};

pub const ALL: &[Named] = &[("Monitor", monitor)];

fn monitor() -> Schema {
    let kinds = [MonitorKind::Http, MonitorKind::Tcp].map(MonitorKind::as_str);
    let kind = "`http`: a request whose status is judged. `tcp`: a connection that has to open.";
    let request = "HTTP: the request line, with GET, HEAD or OPTIONS; `GET / HTTP/1.1` when absent.";
    let expect = "HTTP: statuses that are healthy, `2xx` and `3xx` when absent.";
    let status = text("A code such as `200`, or a class such as `2xx`; a code may be a number as well.");
    object("A health check, run against every member of the services that name it.")
        .must("name", to("Label", "Name of the monitor."))
        .must("type", word(kind, &kinds))
        .must("port", whole("Port of the member.", 1, 65_535))
        .may("request", text(request))
        .may("host", text("HTTP: the Host header; the service's name when absent."))
        .may("expect_status", list(status.pattern(Some("^[1-5]([0-9][0-9]|xx)$")), expect))
        .may(
            "interval",
            to_or("Span", "Time from one check of a member to the next, 1s to 3600s.", json!("10s")),
        )
        .may(
            "timeout",
            to_or(
                "Span",
                "Time a check may take in all, at least 10ms and shorter than the interval.",
                json!("4s"),
            ),
        )
        .may("failures", checks("Failed checks in a row that make a member down."))
        .may("successes", checks("Passed checks in a row that make it up."))
        .closed()
}

fn checks(about: &str) -> ObjectBuilder {
    whole(about, 1, 50).default(Some(json!(3)))
}
