//! The lab at work: its health, an explanation from the live selection code, and a judged split.

mod asked;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use dns::Serving;
use model::health::{
    Health, HealthTable, LastCheck, MemberHealth, MemberKey, Override, OverrideTarget, RampStep,
};
use model::rrtype::{Family, RrType};
use model::snapshot::Snapshot;
use model::split::{ObservedSegment, SegmentMember, SplitMode, SplitReport, Totals, Verdict};
use serde_json::{Value, json};
use steering::Explanation;

use super::{AT, GENERATION, LAB};
use crate::access::Role;
use crate::http::rest::health;

/// Times the lab's period was answered in the example's window.
const PERIODS: u64 = 1000;
/// Length of the example's window, microseconds.
const WINDOW_US: i64 = 900_000_000;
/// An hour, microseconds.
const HOUR_US: i64 = 3_600_000_000;

pub fn of(schema: &str) -> Option<Value> {
    match schema {
        "Health" => Some(json!(Health::Up)),
        "Verdict" => Some(json!(Verdict::Pass)),
        "Family" => Some(json!(Family::V4)),
        "Role" => Some(json!(Role::Operator)),
        "Override" => Some(json!(an_override()?)),
        "NewOverride" => {
            let target = an_override()?.target;
            Some(json!({"target": target, "forced": Health::Down, "for": "1h", "reason": "new release"}))
        }
        "OverrideTarget" => Some(json!(an_override()?.target)),
        "Lift" => Some(json!({"target": an_override()?.target})),
        "RampStep" => Some(json!(RampStep { step: 2, of: 5 })),
        "LastCheck" => Some(json!(last_check()?)),
        "MemberHealth" => member_health(),
        "Explanation" => Some(json!(explanation()?)),
        _ => of_split(schema).or_else(|| of_history(schema)),
    }
}

fn of_history(schema: &str) -> Option<Value> {
    let of = |name: &str| of_history(name);
    let key = member_key()?;
    let member = json!({"service": key.service, "pool": key.pool, "address": key.address});
    let step = json!({"at_us": 310, "what": "connect", "text": "open from 10.10.24.186:41022"});
    match schema {
        "Standing" => Some(json!({"measured": "UP", "forced": "DOWN", "held": true, "ramp": of("RampStep")})),
        "RampStep" => Some(json!({"step": 1, "of": 5})),
        "HealthChange" => Some(json!({
            "at": AT - WINDOW_US, "site": LAB.sites.first()?.name, "service": key.service, "pool": key.pool,
            "member": key.address, "address": key.address, "before": {"measured": "UP"}, "after": {"measured": "DOWN"},
            "cause": "check", "monitor": LAB.monitors.first()?.name, "failure": "CONNECTION_REFUSED",
            "detail": "connection refused",
        })),
        "CheckMark" => Some(json!({"at": AT - 4_000_000, "took_us": 1830, "failure": null})),
        "CheckStrip" => Some(json!({
            "service": key.service, "pool": key.pool, "address": key.address,
            "monitor": LAB.monitors.first()?.name, "checks": [of("CheckMark")],
        })),
        "HealthHistory" => Some(json!({"changes": [of("HealthChange")], "strips": [of("CheckStrip")]})),
        "MemberAddress" => Some(member),
        "CheckStep" => Some(step),
        "CheckTranscript" => Some(json!({
            "passed": true, "detail": "status 200", "failure": null, "took_us": 1830, "steps": [step],
        })),
        _ => None,
    }
}

fn member_key() -> Option<MemberKey> {
    let service = LAB.services.first()?;
    let pool = service.pools.first()?;
    MemberKey::of(service, pool, pool.members.first()?)
}

fn of_split(schema: &str) -> Option<Value> {
    let report = report()?;
    let segment = report.segments.first()?;
    match schema {
        "SplitReport" => Some(json!(report)),
        "Segment" => Some(json!(segment)),
        "MemberShare" => Some(json!(segment.members.first()?)),
        "Totals" => Some(json!(report.totals)),
        "Dropped" => Some(json!(report.totals.dropped)),
        _ => asked::of(schema, segment.members.first()?.address.parse().ok()?),
    }
}

fn an_override() -> Option<Override> {
    let service = LAB.services.first()?;
    let pool = service.pools.first()?;
    Some(Override {
        target: OverrideTarget::Member {
            service: service.name.clone(),
            pool: pool.name.clone(),
            member: pool.members.first()?.id().to_string(),
        },
        forced: Health::Down,
        until: Some(AT + HOUR_US),
        by: "ana".to_owned(),
        reason: "new release".to_owned(),
        at: AT,
    })
}

fn last_check() -> Option<LastCheck> {
    Some(LastCheck {
        monitor: LAB.monitors.first()?.name.clone(),
        health: Health::Up,
        failure: None,
        detail: "status 200".to_owned(),
        at: AT - 4_000_000,
        took_us: 1830,
        streak: 90,
    })
}

fn member_health() -> Option<Value> {
    let (service, site) = (LAB.services.first()?, LAB.sites.first()?);
    let pool = service.pools.first()?;
    let address = pool.members.first()?.address?;
    let key = MemberKey { service: service.name.clone(), pool: pool.name.clone(), address };
    let known = MemberHealth { health: Health::Up, since: AT - WINDOW_US, checks: vec![last_check()?] };
    Some(health::line(&site.name, &key, &known))
}

fn explanation() -> Option<Explanation> {
    let snapshot = Snapshot { epoch: 1, generation: GENERATION, at: AT, config: LAB.clone() };
    let health = Arc::new(HealthTable { epoch: 3, ..HealthTable::default() });
    let serving = Serving::build(Arc::new(snapshot), health, None, 1, 0, AT).ok()?;
    let client = IpAddr::V4(Ipv4Addr::new(10, 10, 24, 7));
    Some(serving.explain(&LAB.services.first()?.name, RrType::A, client, 3))
}

fn report() -> Option<SplitReport> {
    let service = LAB.services.first()?;
    let pool = service.pools.first()?;
    let addressed = pool.members.iter().filter_map(|member| Some((member, member.address?)));
    let members = addressed.map(|(member, address)| SegmentMember {
        pool: pool.name.to_string(),
        address,
        site: LAB.site_of(member).map(ToString::to_string),
        weight: member.weight.get(),
        hash: None,
    });
    let observed: Vec<u64> = pool.members.iter().map(|m| u64::from(m.weight.get()) * PERIODS).collect();
    let answered = observed.iter().sum();
    let segment = ObservedSegment {
        from: AT - WINDOW_US,
        to: AT,
        generation: GENERATION,
        family: Family::V4,
        mode: SplitMode::Exact,
        runs: 1,
        members: members.collect(),
        observed,
        strangers: 0,
        networks: None,
    };
    let totals = Totals { answered, logged: answered, ..Totals::default() };
    Some(analytics::report(&service.name.to_string(), AT - WINDOW_US, AT, vec![segment], totals))
}
