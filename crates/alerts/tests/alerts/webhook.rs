//! Bodies that web receivers get.

use std::sync::Arc;

use model::occurrence::{Kind, Outcome};
use serde_json::json;

use crate::receiver::receiver;
use crate::rig::{NOW, Rig, channel, event};

#[tokio::test]
async fn slack_gets_the_body_of_the_articles() {
    let (address, mut requests) = receiver(&["200 OK"]).await;
    let rig = Rig::new().secret("hook", &format!("http://{address}/services/T0/B0/xyz"));
    let engine = rig.start(&channel(json!({"slack": {"url_secret": "hook"}})));
    engine.take(&event(1, Kind::GsUp));
    let request = requests.recv().await.unwrap();
    assert_eq!(request.line, "POST /services/T0/B0/xyz HTTP/1.1");
    assert_eq!(request.header("content-type"), Some("application/json"));
    let body = json!({"text": "Alarm Message from Steelyard", "color": "#00FF00", "fields": [
        {"title": "GS_SERVICE_UP", "value": "The service *hello.avi.iberia.local* is now up and running."}]});
    assert_eq!(request.json(), body);
    engine.take(&event(2, Kind::GsMemberDown));
    let body = requests.recv().await.unwrap().json();
    assert_eq!((&body["color"], &body["fields"][0]["title"]), (&json!("#FF0000"), &json!("GS_MEMBER_DOWN")));
    let value = "The member 10.10.23.40 of *hello.avi.iberia.local* is now down: \"refused\" &lt;x&gt;.";
    assert_eq!(body["fields"][0]["value"], value);
    let delivered = rig.deliveries(2).await;
    let first = &delivered[0];
    assert_eq!((first.outcome, first.code.as_str(), first.attempt), (Outcome::Delivered, "200", 1));
    assert_eq!(
        (first.events.as_slice(), first.subject.as_str()),
        (&[1][..], "GS_SERVICE_UP hello.avi.iberia.local")
    );
}

#[tokio::test]
async fn json_is_filled_in_signed_and_carries_headers() {
    let (address, mut requests) = receiver(&["204 No Content"]).await;
    let rig = Rig::new().secret("key", "s3cret").secret("bearer", "Bearer t0ken");
    let template =
        r#"{"what": "{{title}}: {{text}}", "who": "{{member}}", "why": "{{failure}}", "n": {{events}}}"#;
    let engine = rig.start(&channel(json!({"json": {
        "url": format!("http://{address}/in?x=1"), "template": template, "hmac_secret": "key",
        "headers": [{"name": "X-Team", "value": "ops"}, {"name": "Authorization", "secret": "bearer"}],
    }})));
    engine.take(&event(1, Kind::GsMemberDown));
    let request = requests.recv().await.unwrap();
    assert_eq!(request.line, "POST /in?x=1 HTTP/1.1");
    assert_eq!(request.header("x-team"), Some("ops"));
    assert_eq!(request.header("authorization"), Some("Bearer t0ken"));
    let body = request.json();
    assert_eq!(body["why"], "CONNECTION_REFUSED");
    assert_eq!(body["n"][0]["kind"], "GS_MEMBER_DOWN");
    assert!(body["what"].as_str().unwrap().ends_with("\"refused\" <x>."));
    use hmac::Mac;
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(b"s3cret").unwrap();
    let seconds = NOW / 1_000_000;
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(&request.body);
    let hex = data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes());
    assert_eq!(request.header("x-steelyard-signature"), Some(&*format!("t={seconds},v1={hex}")));
}

#[tokio::test]
async fn pagerduty_resolves_the_incident_that_trouble_triggered() {
    let (address, mut requests) = receiver(&["202 Accepted"]).await;
    let rig = Rig::new().secret("key", "R0UTE");
    let via =
        json!({"pagerduty": {"routing_key_secret": "key", "url": format!("http://{address}/v2/enqueue")}});
    let engine = rig.start(&channel(via));
    engine.take(&event(1, Kind::GsDown));
    engine.take(&event(2, Kind::GsUp));
    let (down, up) = (requests.recv().await.unwrap().json(), requests.recv().await.unwrap().json());
    assert_eq!((&down["event_action"], &up["event_action"]), (&json!("trigger"), &json!("resolve")));
    assert_eq!(down["dedup_key"], "steelyard:GS_DOWN:hello.avi.iberia.local");
    assert_eq!(down["dedup_key"], up["dedup_key"]);
    assert_eq!(down["routing_key"], "R0UTE");
    assert_eq!(down["payload"]["severity"], "warning", "the rule says low");
    assert_eq!(down["payload"]["timestamp"], "2020-12-20T17:23:37.473Z");
}

#[tokio::test]
async fn teams_gets_an_adaptive_card() {
    let (address, mut requests) = receiver(&["202 Accepted"]).await;
    let rig = Rig::new().secret("hook", &format!("http://{address}/"));
    let engine = rig.start(&channel(json!({"teams": {"url_secret": "hook"}})));
    engine.take(&event(1, Kind::GsDown));
    let body = requests.recv().await.unwrap().json();
    assert_eq!(body["attachments"][0]["contentType"], "application/vnd.microsoft.card.adaptive");
    let card = &body["attachments"][0]["content"]["body"];
    assert_eq!(
        (&card[1]["text"], &card[1]["color"]),
        (&json!("GS_SERVICE_DOWN hello.avi.iberia.local"), &json!("Attention"))
    );
}

#[tokio::test]
async fn a_test_is_marked_and_neither_it_nor_a_failure_shows_a_secret() {
    let (address, mut requests) = receiver(&["404 Not Found"]).await;
    let rig = Rig::new().secret("hook", &format!("http://{address}/s3cret"));
    let config = channel(json!({"slack": {"url_secret": "hook"}}));
    let engine = rig.start(&config);
    let test =
        model::occurrence::Occurrence { kind: Kind::Test, ..Arc::unwrap_or_clone(event(9, Kind::GsUp)) };
    let delivery = engine.test(&config.channels[0], test).await;
    assert_eq!(requests.recv().await.unwrap().json()["fields"][0]["title"], "TEST");
    assert_eq!((delivery.outcome, delivery.code.as_str(), &delivery.rule), (Outcome::Failed, "404", &None));
    assert!(!format!("{delivery:?}").contains("s3cret"));
    assert_eq!(rig.deliveries(1).await, [delivery]);
}
