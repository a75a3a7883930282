//! A Slack incoming webhook, by the body that the articles send.

use model::config::Webhook;
use model::occurrence::Occurrence;
use serde_json::{Value, json};

use super::message::{HEADING, colour, shown};
use super::post::post;
use super::{Failure, Outside, Sent};
use crate::alert::Alert;

pub async fn send(outside: &Outside, hook: &Webhook, alert: &Alert) -> Result<Sent, Failure> {
    let url = outside.secret(&hook.url_secret)?;
    post(outside, &url, Vec::new(), body(alert).to_string().into_bytes()).await
}

pub fn body(alert: &Alert) -> Value {
    let field = |event: &Occurrence| json!({"title": event.title(), "value": value(event)});
    let fields: Vec<Value> = shown(alert).map(field).collect();
    json!({"text": HEADING, "color": colour(alert), "fields": fields})
}

/// The event's sentence with the service in bold.
fn value(event: &Occurrence) -> String {
    let escaped = event.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    match &event.service {
        Some(service) => escaped.replacen(&service.to_string(), &format!("*{service}*"), 1),
        None => escaped,
    }
}
