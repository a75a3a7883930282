//! JSON of the operator's making, signed when they want it.

use hmac::{Hmac, Mac};
use hyper::header::{HeaderName, HeaderValue};
use model::config::Json;
use model::template::Template;
use sha2::Sha256;

use super::message::{events, field, whole};
use super::post::post;
use super::{Failure, Outside, Sent};
use crate::alert::Alert;

/// `t=<unix seconds>,v1=<hex>`, where the hex is HMAC-SHA-256 of the seconds, a dot and the body.
const SIGNATURE: HeaderName = HeaderName::from_static("x-steelyard-signature");

pub async fn send(outside: &Outside, json: &Json, alert: &Alert) -> Result<Sent, Failure> {
    let secret = match &json.url_secret {
        Some(name) => Some(outside.secret(name)?),
        None => None,
    };
    let url = secret.as_ref().map(|secret| secret.as_str()).or(json.url.as_deref()).unwrap_or_default();
    let body = body(json, alert)?;
    let mut headers = Vec::new();
    for header in &json.headers {
        let secret = match &header.secret {
            Some(name) => Some(outside.secret(name)?),
            None => None,
        };
        let value = secret.as_ref().map(|s| s.as_str()).or(header.value.as_deref()).unwrap_or_default();
        let name = HeaderName::from_bytes(header.name.as_bytes());
        let value = HeaderValue::from_str(value.trim());
        let (Ok(name), Ok(mut value)) = (name, value) else {
            return Err(Failure::lasting(format!(
                "header {}: its value is none a header can have",
                header.name
            )));
        };
        value.set_sensitive(header.secret.is_some());
        headers.push((name, value));
    }
    if let Some(name) = &json.hmac_secret {
        let key = outside.secret(name)?;
        let seconds = (outside.clock)().div_euclid(1_000_000);
        let signature = format!("t={seconds},v1={}", sign(key.as_bytes(), seconds, &body));
        let value = HeaderValue::from_str(&signature).map_err(|e| Failure::lasting(e.to_string()))?;
        headers.push((SIGNATURE, value));
    }
    post(outside, url, headers, body).await
}

pub fn body(json: &Json, alert: &Alert) -> Result<Vec<u8>, Failure> {
    let Some(text) = &json.template else { return Ok(whole(alert).to_string().into_bytes()) };
    let template = Template::parse(text).map_err(|error| Failure::lasting(format!("template: {error}")))?;
    let value = |name: &str| match name {
        "events" => events(alert).to_string(),
        _ => serde_json::Value::from(alert.last.details.clone()).to_string(),
    };
    Ok(template.render(|name| field(alert, name), value).into_bytes())
}

fn sign(key: &[u8], seconds: i64, body: &[u8]) -> String {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_others_compute() {
        // python3: hmac.new(b"key", b"1600000000.{}", "sha256").hexdigest()
        let expected = "068d0b330e50151f36064ff01089c224ffc1fc64ce4803e1296c5ba8e88de732";
        assert_eq!(sign(b"key", 1_600_000_000, b"{}"), expected);
    }
}
