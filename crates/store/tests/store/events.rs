//! Events and deliveries: written once, read by time and by what they are about.

use model::Span;
use model::occurrence::{Delivery, Kind, Level, Occurrence, Outcome};
use serde_json::json;
use store::{DeliveryQuery, EventQuery};

use crate::store;

fn event(id: i64, at: i64, kind: Kind, service: &str) -> Occurrence {
    Occurrence {
        id,
        at,
        kind,
        level: kind.level(),
        site: "leader".parse().unwrap(),
        service: Some(service.parse().unwrap()),
        pool: Some("main".parse().unwrap()),
        member: Some("192.0.2.1".parse().unwrap()),
        member_site: Some("north".parse().unwrap()),
        subject: format!("{service} 192.0.2.1"),
        text: "It is down: \"refused\" <b>".to_owned(),
        details: json!({"failure": "CONNECTION_REFUSED"}).as_object().unwrap().clone(),
        generation: 3,
        health_epoch: 9,
    }
}

#[tokio::test]
async fn an_event_is_kept_once_and_read_back_as_it_was_written() {
    let (store, _database) = store().await;
    let events =
        [event(1, 10, Kind::GsMemberDown, "a.example.org"), event(2, 10, Kind::GsDown, "b.example.org")];
    store.append_events(&events).await.unwrap();
    store.append_events(&events).await.unwrap();
    let read = store.events(&EventQuery::all(0, 100, 10)).await.unwrap();
    assert_eq!(read, [events[1].clone(), events[0].clone()]);
    assert_eq!(store.last_event_number().await.unwrap(), 2);
}

#[tokio::test]
async fn events_are_found_by_what_they_are_about() {
    let (store, _database) = store().await;
    let mut other = event(3, 30, Kind::GsMemberUp, "a.example.org");
    other.member = Some("2001:db8::1".parse().unwrap());
    other.member_site = None;
    let events = [
        event(1, 10, Kind::GsMemberDown, "a.example.org"),
        event(2, 20, Kind::GsDown, "b.example.org"),
        other,
    ];
    store.append_events(&events).await.unwrap();
    let all = EventQuery::all(0, 100, 10);
    let cases = [
        (all.clone(), vec![3, 2, 1]),
        (EventQuery { from: 20, to: 30, ..all.clone() }, vec![2]),
        (EventQuery { kinds: vec![Kind::GsMemberDown, Kind::GsMemberUp], ..all.clone() }, vec![3, 1]),
        (EventQuery { level: Level::Medium, ..all.clone() }, vec![2, 1]),
        (EventQuery { service: Some("a.example.org".into()), ..all.clone() }, vec![3, 1]),
        (EventQuery { member: Some("2001:db8::1".parse().unwrap()), ..all.clone() }, vec![3]),
        (EventQuery { site: Some("north".into()), ..all.clone() }, vec![2, 1]),
        (EventQuery { site: Some("leader".into()), ..all.clone() }, vec![3, 2, 1]),
        (EventQuery { before: Some((20, 2)), ..all.clone() }, vec![1]),
        (EventQuery { limit: 2, ..all }, vec![3, 2]),
    ];
    for (query, expected) in cases {
        let found: Vec<i64> = store.events(&query).await.unwrap().iter().map(|e| e.id).collect();
        assert_eq!(found, expected, "{query:?}");
    }
}

#[tokio::test]
async fn deliveries_are_kept_with_their_outcome_and_both_are_forgotten_in_time() {
    let (store, _database) = store().await;
    let delivery = |id: i64, outcome: Outcome| Delivery {
        id,
        at: id,
        site: "leader".parse().unwrap(),
        channel: "slack".parse().unwrap(),
        rule: (id != 7).then(|| "down".parse().unwrap()),
        level: Level::High,
        subject: "GS_SERVICE_DOWN a.example.org".to_owned(),
        events: vec![1, 2],
        attempt: 1,
        outcome,
        code: "503".to_owned(),
        took_us: 1200,
        next_at: Some(99),
        note: String::new(),
    };
    let all = [delivery(7, Outcome::Retrying), delivery(8, Outcome::Delivered)];
    store.append_deliveries(&all).await.unwrap();
    store.append_deliveries(&all).await.unwrap();
    let query = DeliveryQuery { limit: 10, ..DeliveryQuery::default() };
    assert_eq!(store.deliveries(&query).await.unwrap(), [all[1].clone(), all[0].clone()]);
    let one = DeliveryQuery { outcome: Some(Outcome::Retrying), event: Some(2), ..query.clone() };
    assert_eq!(store.deliveries(&one).await.unwrap(), [all[0].clone()]);
    let none = DeliveryQuery { channel: Some("mail".into()), ..query.clone() };
    assert!(store.deliveries(&none).await.unwrap().is_empty());
    assert_eq!(store.last_event_number().await.unwrap(), 8);

    store.append_events(&[event(1, 5, Kind::GsDown, "a.example.org")]).await.unwrap();
    store.forget_events(1008, Span::millis(1)).await.unwrap();
    assert_eq!(store.deliveries(&query).await.unwrap(), [all[1].clone()]);
    assert!(store.events(&EventQuery::all(0, 100, 10)).await.unwrap().is_empty());
}
