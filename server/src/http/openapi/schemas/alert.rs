//! Rules of alerts.

use model::occurrence::{Kind, Level};
use serde_json::json;
use utoipa::openapi::{ObjectBuilder, Schema};

use super::Named;
use crate::http::openapi::shape::{flag, list, list_of, object, some_of, to, to_or, whole, word};

pub const ALL: &[Named] = &[("AlertRule", alert_rule)];

fn kind(about: &str) -> ObjectBuilder {
    let kinds: Vec<&str> = Kind::choices().map(Kind::as_str).collect();
    word(about, &kinds)
}

fn level(about: &str) -> ObjectBuilder {
    word(about, &Level::ALL.map(Level::as_str))
}

fn alert_rule() -> Schema {
    let window = "The window, which ends at each event; 1s to 1d.";
    let throttle =
        "For how long after an alert the same event of the same subject makes no other; 0s for none.";
    object("Which events become an alert, and who is told.")
        .must("name", to("Label", "Name of the rule."))
        .may("enabled", flag("Whether it is at work.").default(Some(json!(true))))
        .must("events", list(kind("An event's id."), "Events it looks at.").min_items(Some(1)))
        .may("services", list_of("DnsName", "Services it looks at; all when absent."))
        .may("sites", list_of("Label", "Sites, of the event or of the member; all when absent."))
        .may("members", list_of("Address", "Members it looks at; all when absent."))
        .may(
            "threshold",
            whole("Events of one subject within the window that make an alert.", 1, 1000)
                .default(Some(json!(1))),
        )
        .may("window", to_or("Span", window, json!("5m")))
        .may("throttle", to_or("Span", throttle, json!("10m")))
        .may("level", level("Level of its alerts; that of the event when absent."))
        .must("channels", some_of("Label", "Channels its alerts go to."))
        .closed()
}
