//! A Microsoft Teams workflow ("when a webhook request is received"), which takes an adaptive card.

use model::config::Webhook;
use serde_json::{Value, json};

use super::message::{HEADING, rfc3339, shown};
use super::post::post;
use super::{Failure, Outside, Sent};
use crate::alert::Alert;

pub async fn send(outside: &Outside, hook: &Webhook, alert: &Alert) -> Result<Sent, Failure> {
    let url = outside.secret(&hook.url_secret)?;
    post(outside, &url, Vec::new(), body(alert).to_string().into_bytes()).await
}

pub fn body(alert: &Alert) -> Value {
    let colour = if alert.last.kind.is_good() { "Good" } else { "Attention" };
    let mut card = vec![
        json!({"type": "TextBlock", "text": HEADING, "isSubtle": true, "spacing": "None"}),
        json!({"type": "TextBlock", "text": alert.headline(), "weight": "Bolder", "size": "Medium",
               "color": colour, "wrap": true}),
    ];
    card.extend(shown(alert).map(|event| json!({"type": "TextBlock", "text": event.text, "wrap": true})));
    let facts = [
        ("Level", alert.level.as_str().to_owned()),
        ("Site", alert.last.site.to_string()),
        ("Rule", alert.rule_name().to_owned()),
        ("At", rfc3339(alert.last.at)),
    ];
    let facts: Vec<Value> =
        facts.iter().map(|(title, value)| json!({"title": title, "value": value})).collect();
    card.push(json!({"type": "FactSet", "facts": facts}));
    json!({"type": "message", "attachments": [{
        "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null,
        "content": {"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard",
                    "version": "1.4", "body": card},
    }]})
}
