//! A service of the lab that went down, and who was told.

use model::health::FailureCode;
use model::occurrence::{Delivery, Kind, Occurrence, Outcome};
use serde_json::{Value, json};

use super::{AT, GENERATION, LAB};
use crate::http::rest::events::{DeliveryPage, EventPage};

pub fn of(schema: &str) -> Option<Value> {
    match schema {
        "Event" => Some(json!(event()?)),
        "EventPage" => Some(json!(EventPage { events: vec![event()?], next: Some(format!("{AT},{AT}")) })),
        "Delivery" => Some(json!(delivery()?)),
        "DeliveryPage" => Some(json!(DeliveryPage { deliveries: vec![delivery()?], next: None })),
        _ => None,
    }
}

fn event() -> Option<Occurrence> {
    let service = LAB.services.first()?;
    let pool = service.pools.first()?;
    let member = pool.members.first()?;
    let address = member.address?;
    let failure = FailureCode::ConnectionRefused.as_str();
    let details = json!({"monitor": "http-hello", "failure": failure, "detail": "connection refused"});
    Some(Occurrence {
        id: AT,
        at: AT,
        kind: Kind::GsMemberDown,
        level: Kind::GsMemberDown.level(),
        site: LAB.sites.first()?.name.clone(),
        service: Some(service.name.clone()),
        pool: Some(pool.name.clone()),
        member: Some(address),
        member_site: LAB.site_of(member).cloned(),
        subject: format!("{} {} {address}", service.name, pool.name),
        text: format!("The member {address} of {} is now down: {failure}.", service.name),
        details: details.as_object()?.clone(),
        generation: GENERATION,
        health_epoch: 4,
    })
}

fn delivery() -> Option<Delivery> {
    let event = event()?;
    Some(Delivery {
        id: AT + 180_000,
        at: AT + 180_000,
        site: event.site.clone(),
        channel: "noc".parse().ok()?,
        rule: "service-down".parse().ok(),
        level: event.level,
        subject: format!("{} {}", event.title(), event.subject),
        events: vec![event.id],
        attempt: 1,
        outcome: Outcome::Retrying,
        code: "503".to_owned(),
        took_us: 180_000,
        next_at: Some(AT + 2_180_000),
        note: "the receiver failed".to_owned(),
    })
}
