//! What every message says, in the forms that several ways share.

use chrono::{DateTime, SecondsFormat};
use model::occurrence::Occurrence;
use serde_json::{Value, json};

use crate::alert::Alert;

/// What stands above every message of a person's.
pub const HEADING: &str = "Alarm Message from Steelyard";

/// Events of an alert that a message shows, the last ones.
pub const SHOWN: usize = 10;

/// Good news and bad, as the articles colour them.
pub fn colour(alert: &Alert) -> &'static str {
    if alert.last.kind.is_good() { "#00FF00" } else { "#FF0000" }
}

/// RFC 3339 in UTC with milliseconds.
pub fn rfc3339(at: i64) -> String {
    DateTime::from_timestamp_micros(at).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The events a message shows, oldest first.
pub fn shown(alert: &Alert) -> impl Iterator<Item = &Occurrence> {
    let count = alert.before.len() + 1;
    alert.events().skip(count.saturating_sub(SHOWN)).map(|event| &**event)
}

/// All that is known of an alert.
pub fn whole(alert: &Alert) -> Value {
    let last = &alert.last;
    json!({
        "alert": alert.headline(), "rule": alert.rule_name(), "level": alert.level, "at": rfc3339(alert.at),
        "count": alert.before.len() + 1, "threshold": alert.threshold, "throttled": alert.throttled,
        "event": last.kind, "title": last.title(), "text": last.text, "subject": last.subject, "site": last.site,
        "events": events(alert),
    })
}

/// The events of an alert with all that is known of them.
pub fn events(alert: &Alert) -> Value {
    alert.events().map(|event| json!(**event)).collect::<Vec<Value>>().into()
}

/// The value of a template's placeholder that is a text.
pub fn field(alert: &Alert, name: &str) -> String {
    let last = &alert.last;
    let or_empty = |value: Option<String>| value.unwrap_or_default();
    match name {
        "alert" => alert.headline(),
        "rule" => alert.rule_name().to_owned(),
        "level" => alert.level.as_str().to_owned(),
        "event" => last.kind.to_string(),
        "title" => last.title().to_owned(),
        "text" => last.text.clone(),
        "service" => or_empty(last.service.as_ref().map(ToString::to_string)),
        "pool" => or_empty(last.pool.as_ref().map(ToString::to_string)),
        "member" => or_empty(last.member.map(|member| member.to_string())),
        "subject" => last.subject.clone(),
        "site" => last.site.to_string(),
        "failure" => last.detail("failure").unwrap_or_default().to_owned(),
        "at" => rfc3339(last.at),
        "at_unix" => last.at.div_euclid(1_000_000).to_string(),
        "count" => (alert.before.len() + 1).to_string(),
        "throttled" => alert.throttled.to_string(),
        _ => String::new(),
    }
}
