//! Rules of alerts, events and deliveries.

use model::occurrence::{Kind, Level, Outcome};
use serde_json::json;
use utoipa::openapi::{ObjectBuilder, Schema, Type};

use super::Named;
use crate::http::openapi::shape::{
    count, flag, instant, list, list_of, object, or_null, some_of, text, to, to_or, to_or_null, whole, word,
};

pub const ALL: &[Named] = &[
    ("AlertRule", alert_rule),
    ("Event", event),
    ("EventPage", event_page),
    ("Delivery", delivery),
    ("DeliveryPage", delivery_page),
];

fn event() -> Schema {
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    let details = ObjectBuilder::new().schema_type(Type::Object);
    object("Something that happened.")
        .must("id", count("Its number; rises with every event of a site."))
        .must("at", instant("When"))
        .must("kind", word("What, by the ids of the field.", &kinds))
        .must("level", level("How much it matters."))
        .must("site", to("Label", "The site that saw it."))
        .must("service", to_or_null("DnsName", "The service it is about."))
        .must("pool", to_or_null("Label", "Its pool."))
        .must("member", to_or_null("Address", "The member."))
        .must("member_site", to_or_null("Label", "The site the member belongs to."))
        .must("subject", text("What it is about in a word."))
        .must("text", text("A sentence."))
        .must(
            "details",
            details.description(Some("What else is known, as the monitor and the failure code.")),
        )
        .must("generation", count("Generation of the configuration in force."))
        .must("health_epoch", count("Number of the table of health in force."))
        .open()
}

fn event_page() -> Schema {
    object("A page of events.")
        .must("events", list_of("Event", "Newest first."))
        .must("next", or_null(text("`before` of the next page; null when this is the last.")))
        .open()
}

fn delivery() -> Schema {
    let code = "The receiver's answer, as `200`, `250` or `exit 0`; empty when there was none.";
    object("One attempt to hand an alert to a channel.")
        .must("id", count("Its number."))
        .must("at", instant("When it ended"))
        .must("site", to("Label", "The site that made it."))
        .must("channel", to("Label", "The channel."))
        .must("rule", to_or_null("Label", "The rule; null for a test."))
        .must("level", level("Level of the alert."))
        .must("subject", text("Title and subject of its last event."))
        .must("events", list(count("A number."), "The events it tells of."))
        .must("attempt", count("Which attempt, from 1; 0 when it was dropped."))
        .must("outcome", word("What became of it.", &Outcome::ALL.map(Outcome::as_str)))
        .must("code", text(code))
        .must("took_us", count("How long it took, microseconds."))
        .must("next_at", or_null(instant("When it is tried again; null when it is not")))
        .must("note", text("Why it failed, or what a script wrote."))
        .open()
}

fn delivery_page() -> Schema {
    object("A page of deliveries.")
        .must("deliveries", list_of("Delivery", "Newest first."))
        .must("next", or_null(text("`before` of the next page; null when this is the last.")))
        .open()
}

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
