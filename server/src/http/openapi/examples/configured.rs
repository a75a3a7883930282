//! The lab as it is configured, and a change of it.

use api::view::{RevisionDetail, RevisionLine};
use model::Weight;
use model::config::{ClientGroup, Clients, Config, HashMask, Ramp, Service, TopologyRule, Zone};
use model::health::HealthTable;
use model::plan::Plan;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{AT, GENERATION, LAB};
use crate::http::openapi::responses;
use crate::http::rest::config::Applied;
use crate::http::rest::objects;
use crate::http::rest::zone_file::Imported;

pub fn of(schema: &str) -> Option<Value> {
    let config = &*LAB;
    match schema {
        "Config" => Some(json!(config)),
        "Zone" => first(&config.zones),
        "Service" => first(&config.services),
        "Monitor" => first(&config.monitors),
        "Site" => first(&config.sites),
        "Location" => first(&config.locations),
        "Logging" => Some(json!(config.logging)),
        "Throttle" => Some(json!(config.logging.site_throttle)),
        "LogFilter" => Some(json!({"name": "lab", "match": "client_ip in (10.0.0.0/8)"})),
        "Moment" => Some(json!("2026-11-25T18:00:00Z")),
        "Record" => objects::record_lines(config).into_iter().next(),
        "ServicePool" => objects::pool_lines(config).into_iter().next(),
        "ServiceMember" => objects::member_lines(config, &HealthTable::default()).into_iter().next(),
        // The lab has no secondary.
        "Transfer" => Some(json!({"secondaries": [secondary()]})),
        "Secondary" => Some(secondary()),
        "Channel" => Some(json!({"name": "noc", "via": of("Via")})),
        "Via" => Some(json!({"slack": of("Webhook")})),
        "Webhook" => Some(json!({"url_secret": "slack-noc"})),
        "JsonPost" => Some(json!({"url": "https://alerts.example.net/gslb", "hmac_secret": "alerts-key"})),
        "Email" => {
            Some(json!({"host": "mail.example.net", "from": "gslb@example.net", "to": ["noc@example.net"]}))
        }
        "Syslog" => Some(json!({"address": "syslog.example.net:514"})),
        "Snmp" => Some(json!({"address": "nms.example.net:162", "version": of("SnmpVersion")})),
        "SnmpVersion" => Some(json!({"v3": of("SnmpUser")})),
        "SnmpUser" => Some(json!({"user": "steelyard", "auth_secret": "snmp-steelyard"})),
        "Pagerduty" => Some(json!({"routing_key_secret": "pagerduty-gslb"})),
        "Script" => Some(json!({"name": "slack.py"})),
        "AlertRule" => {
            Some(json!({"name": "service-down", "events": ["GS_DOWN", "GS_UP"], "channels": ["noc"]}))
        }
        "MonitorHeader" => Some(json!({"name": "X-Probe", "value": "steelyard"})),
        "MonitorTls" => Some(json!({"server_name": "hello.avi.iberia.local", "minimum_days": 14})),
        "MonitorAuth" => Some(json!({"basic": {"user": "probe", "password": {"secret": "probe-password"}}})),
        "MonitorQuery" => {
            Some(json!({"name": "hello.avi.iberia.local", "type": "A", "answer": "10.10.25.46"}))
        }
        "MonitorScript" => {
            Some(json!({"name": "check-ldap", "args": ["--base", "dc=iberia"], "env": {"LANG": "C"}}))
        }
        "MonitorFlap" => Some(json!({"changes": 2, "window": "5m", "hold": "30s"})),
        "SecretName" => Some(json!({"secret": "probe-password"})),
        "MemberPatch" => Some(json!({"weight": 2})),
        _ => in_zone(schema, config.zones.first()?)
            .or_else(|| in_service(schema, config.services.first()?))
            .or_else(|| steered(schema))
            .or_else(|| of_change(schema)),
    }
}

fn secondary() -> Value {
    json!({"address": "192.0.2.53", "key": "xfr.avi.iberia.local"})
}

/// What the lab does without, as the model's own types write it.
fn steered(schema: &str) -> Option<Value> {
    let clients = json!({"cidr": ["10.20.0.0/16"], "country": ["ES", "PT"], "asn": [64_500]});
    let rule = json!({"name": "iberia", "clients": clients, "to": ["s1az1", "site1"]});
    let group = json!({"name": "inside", "cidr": ["10.0.0.0/8"], "addresses": "private"});
    match schema {
        "Clients" => read::<Clients>(clients),
        "TopologyRule" => read::<TopologyRule>(rule),
        "Ramp" => read::<Ramp>(json!({"duration": "60s", "steps": 4})),
        "HashMask" => Some(json!(HashMask::default())),
        "ClientGroup" => read::<ClientGroup>(group),
        _ => None,
    }
}

fn read<T: Serialize + DeserializeOwned>(value: Value) -> Option<Value> {
    serde_json::to_value(serde_json::from_value::<T>(value).ok()?).ok()
}

fn first<T: Serialize>(list: &[T]) -> Option<Value> {
    list.first().map(|object| json!(object))
}

fn in_zone(schema: &str, zone: &Zone) -> Option<Value> {
    match schema {
        "DnsName" => Some(json!(zone.name)),
        "Ttl" => Some(json!(zone.ttl)),
        "Soa" => Some(json!(zone.soa)),
        "RecordSet" => first(&zone.records),
        "RecordType" => first(&[zone.records.first()?.rr_type]),
        _ => None,
    }
}

fn in_service(schema: &str, service: &Service) -> Option<Value> {
    let pool = service.pools.first()?;
    let member = pool.members.first()?;
    match schema {
        "DownResponse" => Some(json!(service.down_response)),
        "Pool" => Some(json!(pool)),
        "Priority" => Some(json!(pool.priority)),
        "Member" => Some(json!(member)),
        "Label" => Some(json!(pool.name)),
        "Address" => Some(json!(member.address)),
        "Weight" => Some(json!(member.weight)),
        "Network" => first(&LAB.location(member.location.as_ref()?.as_str())?.cidr),
        "Span" => Some(json!(LAB.monitor(service.monitors.first()?.as_str())?.interval)),
        _ => None,
    }
}

/// The last step of a canary: the third site gets more, the first less.
fn shifted() -> Config {
    let mut config = LAB.clone();
    let members = config.services.iter_mut().flat_map(|s| &mut s.pools).flat_map(|p| &mut p.members);
    for (member, weight) in members.zip([5, 3, 2]) {
        member.weight = Weight::new(weight).unwrap_or(member.weight);
    }
    config
}

/// The lab with mistakes in it.
pub fn invalid() -> Config {
    let mut config = LAB.clone();
    for monitor in &mut config.monitors {
        monitor.failures = 0;
        monitor.timeout = monitor.interval;
    }
    config
}

fn of_change(schema: &str) -> Option<Value> {
    let after = shifted();
    let plan = Plan::between(&LAB, &after);
    let outcome =
        |object: Option<Value>, plan: Plan| objects::outcome(GENERATION, !plan.is_empty(), &plan, object);
    // An object that is added, in a site that had none of them.
    let added =
        |object: Option<Value>, alone: Config| outcome(object, Plan::between(&Config::default(), &alone));
    let line = RevisionLine {
        generation: GENERATION,
        actor: "token pipeline".to_owned(),
        at: AT,
        reason: "canary: second step".to_owned(),
        source: "cli".to_owned(),
    };
    match schema {
        "Change" => first(&plan.changes),
        "Plan" => Some(json!(plan)),
        "Applied" => Some(json!(Applied { plan, applied: true, generation: GENERATION })),
        "Imported" => Some(json!(imported()?)),
        "Written" => Some(outcome(None, plan)),
        "WrittenService" => Some(outcome(first(&after.services), plan)),
        "WrittenZone" => Some(added(of("Zone"), Config { zones: LAB.zones.clone(), ..Config::default() })),
        "WrittenMonitor" => {
            Some(added(of("Monitor"), Config { monitors: LAB.monitors.clone(), ..Config::default() }))
        }
        "WrittenSite" => {
            let sites = LAB.sites.iter().take(1).cloned().collect();
            Some(added(of("Site"), Config { sites, ..Config::default() }))
        }
        "WrittenClientGroup" => {
            let group = serde_json::from_value(of("ClientGroup")?).ok()?;
            Some(added(of("ClientGroup"), Config { client_groups: vec![group], ..Config::default() }))
        }
        "WrittenLocation" => {
            let locations = LAB.locations.iter().take(1).cloned().collect();
            Some(added(of("Location"), Config { locations, ..Config::default() }))
        }
        "WrittenChannel" => {
            let channels = serde_json::from_value(json!([of("Channel")])).ok()?;
            Some(added(of("Channel"), Config { channels, ..Config::default() }))
        }
        "WrittenAlertRule" => {
            let alert_rules = serde_json::from_value(json!([of("AlertRule")])).ok()?;
            Some(added(of("AlertRule"), Config { alert_rules, ..Config::default() }))
        }
        "Revision" => Some(json!(line)),
        "RevisionDetail" => Some(json!(RevisionDetail { line, changes: plan.changes })),
        "ProblemDetails" => responses::invalid(),
        "Problem" => responses::invalid()?.get("errors")?.get(0).cloned(),
        _ => None,
    }
}

/// The lab's zone as a file.
pub fn master_file() -> Option<String> {
    model::zonefile::write(LAB.zones.first()?, GENERATION as u32).ok()
}

/// An import of the same with one record that stands there twice.
fn imported() -> Option<Imported> {
    let zone = LAB.zones.first()?;
    let mut text = master_file()?;
    let last = text.lines().last()?.to_owned();
    text.push_str(&last);
    let file = model::zonefile::read(text.as_bytes(), &zone.name).ok()?;
    let alone = Config { zones: vec![file.zone], ..Config::default() };
    let plan = Plan::between(&Config::default(), &alone);
    Some(Imported { plan, applied: true, generation: GENERATION, warnings: file.warnings })
}
