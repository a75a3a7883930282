//! PagerDuty's Events API, version 2: trouble triggers an incident, and the good news that ends it resolves it.

use model::config::Pagerduty;
use model::occurrence::Level;
use serde_json::{Value, json};

use super::message::{rfc3339, whole};
use super::post::post;
use super::{Failure, Outside, Sent};
use crate::alert::Alert;

const URL: &str = "https://events.pagerduty.com/v2/enqueue";

/// Longest key of an incident and longest summary, characters.
const MAX_KEY: usize = 255;
const MAX_SUMMARY: usize = 1024;

pub async fn send(outside: &Outside, pager: &Pagerduty, alert: &Alert) -> Result<Sent, Failure> {
    let key = outside.secret(&pager.routing_key_secret)?;
    let url = pager.url.as_deref().unwrap_or(URL);
    post(outside, url, Vec::new(), body(&key, alert).to_string().into_bytes()).await
}

pub fn body(routing_key: &str, alert: &Alert) -> Value {
    let last = &alert.last;
    let severity = match (last.kind.is_good(), alert.level) {
        (true, _) => "info",
        (false, Level::High) => "critical",
        (false, Level::Medium) => "error",
        (false, Level::Low) => "warning",
    };
    let key: String = format!("steelyard:{}", alert.trouble()).chars().take(MAX_KEY).collect();
    let summary: String = format!("{}: {}", last.title(), last.text).chars().take(MAX_SUMMARY).collect();
    json!({
        "routing_key": routing_key.trim(),
        "event_action": if last.kind.ends().is_some() { "resolve" } else { "trigger" },
        "dedup_key": key,
        "client": "Steelyard",
        "payload": {
            "summary": summary, "source": last.site, "severity": severity, "timestamp": rfc3339(last.at),
            "component": last.subject, "group": last.service, "class": last.kind, "custom_details": whole(alert),
        },
    })
}
