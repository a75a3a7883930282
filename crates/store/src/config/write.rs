//! Objects to rows: those that a plan names, and no others.

use model::config::{ClientGroup, Location, Monitor, RecordSet, Service, Site, Zone};
use model::plan::{Change, ObjectKind, Plan};
use model::snapshot::Snapshot;
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;

use crate::error::StoreError;

type Result = std::result::Result<(), StoreError>;

/// Stores what the plan changes. Foreign keys are checked at commit, so that the order does not matter.
pub async fn objects(connection: &mut PgConnection, after: &Snapshot, plan: &Plan) -> Result {
    let generation = after.generation as i64;
    for change in &plan.changes {
        remove(connection, change).await?;
    }
    for change in plan.changes.iter().filter(|c| c.after.is_some()) {
        let config = &after.config;
        let name = change.name.as_str();
        match change.kind {
            ObjectKind::Site => {
                for site in config.sites.iter().filter(|o| o.name.as_str() == name) {
                    insert_site(connection, site, generation).await?;
                }
            }
            ObjectKind::Location => {
                for location in config.locations.iter().filter(|o| o.name.as_str() == name) {
                    insert_location(connection, location, generation).await?;
                }
            }
            ObjectKind::ClientGroup => {
                for group in config.client_groups.iter().filter(|o| o.name.as_str() == name) {
                    insert_client_group(connection, group, generation).await?;
                }
            }
            ObjectKind::Zone => {
                for zone in config.zones.iter().filter(|o| o.name.to_string() == name) {
                    insert_zone(connection, zone, generation).await?;
                }
            }
            ObjectKind::Monitor => {
                for monitor in config.monitors.iter().filter(|o| o.name.as_str() == name) {
                    insert_monitor(connection, monitor, generation).await?;
                }
            }
            ObjectKind::Service => {
                for service in config.services.iter().filter(|o| o.name.to_string() == name) {
                    insert_service(connection, service, generation).await?;
                }
            }
            ObjectKind::Channel => {
                let sql = "INSERT INTO channels (name, body, generation) VALUES ($1, $2, $3)";
                insert_body(connection, sql, change, generation).await?;
            }
            ObjectKind::AlertRule => {
                let sql = "INSERT INTO alert_rules (name, body, generation) VALUES ($1, $2, $3)";
                insert_body(connection, sql, change, generation).await?;
            }
            // The settings of the log are part of the row of numbers, written below.
            ObjectKind::Logging => {}
        }
    }
    let logging = serde_json::to_value(&after.config.logging).map_err(StoreError::unreadable)?;
    sqlx::query("UPDATE meta SET generation = $1, at = $2, logging = $3")
        .bind(generation)
        .bind(after.at)
        .bind(logging)
        .execute(connection)
        .await?;
    Ok(())
}

async fn remove(connection: &mut PgConnection, change: &Change) -> Result {
    let sql = match change.kind {
        ObjectKind::Site => "DELETE FROM sites WHERE name = $1",
        ObjectKind::Location => "DELETE FROM locations WHERE name = $1",
        ObjectKind::ClientGroup => "DELETE FROM client_groups WHERE name = $1",
        ObjectKind::Zone => "DELETE FROM zones WHERE name = $1",
        ObjectKind::Monitor => "DELETE FROM monitors WHERE name = $1",
        ObjectKind::Service => "DELETE FROM services WHERE name = $1",
        ObjectKind::Channel => "DELETE FROM channels WHERE name = $1",
        ObjectKind::AlertRule => "DELETE FROM alert_rules WHERE name = $1",
        ObjectKind::Logging => return Ok(()),
    };
    sqlx::query(sql).bind(&change.name).execute(connection).await?;
    Ok(())
}

/// Stores an object whole, in the words of the declarative form.
async fn insert_body(
    connection: &mut PgConnection,
    sql: &'static str,
    change: &Change,
    generation: i64,
) -> Result {
    let insert = sqlx::query(sql).bind(&change.name).bind(&change.after).bind(generation);
    insert.execute(connection).await?;
    Ok(())
}

/// What of an object has no column of its own.
fn settings<T: Serialize>(object: &T, columns: &[&str]) -> std::result::Result<Value, StoreError> {
    let mut value = serde_json::to_value(object).map_err(StoreError::unreadable)?;
    if let Value::Object(fields) = &mut value {
        fields.retain(|field, _| !columns.contains(&field.as_str()));
    }
    Ok(value)
}

fn texts<T: ToString>(list: &[T]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

async fn insert_site(connection: &mut PgConnection, site: &Site, generation: i64) -> Result {
    sqlx::query("INSERT INTO sites (name, role, dns, generation, settings) VALUES ($1, $2, $3, $4, $5)")
        .bind(site.name.as_str())
        .bind(site.role.as_str())
        .bind(texts(&site.dns))
        .bind(generation)
        .bind(settings(site, &["name", "role", "dns"])?)
        .execute(connection)
        .await?;
    Ok(())
}

async fn insert_location(connection: &mut PgConnection, location: &Location, generation: i64) -> Result {
    let sql = "INSERT INTO locations (name, site, cidr, latitude, longitude, generation, settings) \
               VALUES ($1, $2, $3::text[]::cidr[], $4, $5, $6, $7)";
    let networks: Vec<String> = location.cidr.iter().map(|net| net.trunc().to_string()).collect();
    sqlx::query(sql)
        .bind(location.name.as_str())
        .bind(location.site.as_ref().map(|s| s.as_str()))
        .bind(networks)
        .bind(location.latitude)
        .bind(location.longitude)
        .bind(generation)
        .bind(settings(location, &["name", "site", "cidr", "latitude", "longitude"])?)
        .execute(connection)
        .await?;
    Ok(())
}

async fn insert_client_group(connection: &mut PgConnection, group: &ClientGroup, generation: i64) -> Result {
    sqlx::query("INSERT INTO client_groups (name, generation, settings) VALUES ($1, $2, $3)")
        .bind(group.name.as_str())
        .bind(generation)
        .bind(settings(group, &["name"])?)
        .execute(connection)
        .await?;
    Ok(())
}

async fn insert_zone(connection: &mut PgConnection, zone: &Zone, generation: i64) -> Result {
    let sql = "INSERT INTO zones (name, mname, rname, refresh, retry, expire, negative_ttl, name_servers, ttl, \
               unhandled, generation, transfer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let soa = &zone.soa;
    sqlx::query(sql)
        .bind(zone.name.to_string())
        .bind(soa.mname.as_ref().map(ToString::to_string))
        .bind(soa.rname.as_ref().map(ToString::to_string))
        .bind(i64::from(soa.refresh))
        .bind(i64::from(soa.retry))
        .bind(i64::from(soa.expire))
        .bind(soa.negative_ttl.get() as i32)
        .bind(texts(&zone.name_servers))
        .bind(zone.ttl.get() as i32)
        .bind(zone.unhandled.as_str())
        .bind(generation)
        .bind(zone.transfer.as_ref().map(sqlx::types::Json))
        .execute(&mut *connection)
        .await?;
    for (chunk, sets) in zone.records.chunks(SETS_AT_ONCE).enumerate() {
        insert_sets(connection, &zone.name.to_string(), chunk * SETS_AT_ONCE, sets).await?;
    }
    Ok(())
}

/// Record sets of one statement. A zone may have hundreds of thousands, and each statement is a way to the database
/// and back.
const SETS_AT_ONCE: usize = 10_000;

async fn insert_sets(connection: &mut PgConnection, zone: &str, first: usize, sets: &[RecordSet]) -> Result {
    // An array of arrays has to be rectangular: the data of each set travels as JSON.
    let sql = "INSERT INTO record_sets (zone, position, name, type, ttl, data) \
               SELECT $1, $2 + place - 1, name, type, ttl, \
                      ARRAY(SELECT text FROM jsonb_array_elements_text(data) WITH ORDINALITY AS d (text, n) ORDER BY n) \
               FROM UNNEST($3::text[], $4::text[], $5::int[], $6::jsonb[]) WITH ORDINALITY \
                    AS s (name, type, ttl, data, place)";
    let names: Vec<&str> = sets.iter().map(|set| set.name.as_str()).collect();
    let types: Vec<String> = sets.iter().map(|set| set.rr_type.to_string()).collect();
    let ttls: Vec<Option<i32>> = sets.iter().map(|set| set.ttl.map(|t| t.get() as i32)).collect();
    let data: Vec<serde_json::Value> = sets.iter().map(|set| serde_json::json!(set.data)).collect();
    sqlx::query(sql)
        .bind(zone)
        .bind(first as i32)
        .bind(names)
        .bind(types)
        .bind(ttls)
        .bind(data)
        .execute(connection)
        .await?;
    Ok(())
}

/// Fields of a monitor that have a column; all others are its `settings`.
const MONITOR_COLUMNS: [&str; 10] = [
    "name",
    "type",
    "port",
    "request",
    "host",
    "expect_status",
    "interval",
    "timeout",
    "failures",
    "successes",
];

async fn insert_monitor(connection: &mut PgConnection, monitor: &Monitor, generation: i64) -> Result {
    let sql = "INSERT INTO monitors (name, type, port, request, host, expect_status, interval_ms, timeout_ms, \
               failures, successes, generation, settings) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let mut settings = serde_json::to_value(monitor).map_err(StoreError::unreadable)?;
    if let Some(fields) = settings.as_object_mut() {
        fields.retain(|field, _| !MONITOR_COLUMNS.contains(&field.as_str()));
    }
    sqlx::query(sql)
        .bind(monitor.name.as_str())
        .bind(monitor.kind.as_str())
        .bind(monitor.port.map(i32::from))
        .bind(&monitor.request)
        .bind(&monitor.host)
        .bind(texts(&monitor.expect_status))
        .bind(monitor.interval.as_millis() as i64)
        .bind(monitor.timeout.as_millis() as i64)
        .bind(i16::from(monitor.failures))
        .bind(i16::from(monitor.successes))
        .bind(generation)
        .bind(settings)
        .execute(connection)
        .await?;
    Ok(())
}

async fn insert_service(connection: &mut PgConnection, service: &Service, generation: i64) -> Result {
    let name = service.name.to_string();
    let sql = "INSERT INTO services (name, description, enabled, ttl, answers, down_response, generation, settings) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let columns = ["name", "description", "enabled", "ttl", "answers", "down_response", "monitors", "pools"];
    sqlx::query(sql)
        .bind(&name)
        .bind(service.description.replace('\0', ""))
        .bind(service.enabled)
        .bind(service.ttl.get() as i32)
        .bind(i16::from(service.answers))
        .bind(serde_json::to_value(&service.down_response).map_err(StoreError::unreadable)?)
        .bind(generation)
        .bind(settings(service, &columns)?)
        .execute(&mut *connection)
        .await?;
    for (position, monitor) in service.monitors.iter().enumerate() {
        sqlx::query("INSERT INTO service_monitors (service, position, monitor) VALUES ($1, $2, $3)")
            .bind(&name)
            .bind(position as i32)
            .bind(monitor.as_str())
            .execute(&mut *connection)
            .await?;
    }
    for (position, pool) in service.pools.iter().enumerate() {
        let sql = "INSERT INTO pools (service, name, position, priority, algorithm, enabled, settings) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        sqlx::query(sql)
            .bind(&name)
            .bind(pool.name.as_str())
            .bind(position as i32)
            .bind(i16::from(pool.priority.get()))
            .bind(pool.algorithm.as_str())
            .bind(pool.enabled)
            .bind(settings(pool, &["name", "priority", "algorithm", "enabled", "members"])?)
            .execute(&mut *connection)
            .await?;
        for (position, member) in pool.members.iter().enumerate() {
            let sql = "INSERT INTO members (service, pool, address, position, location, weight, enabled, settings) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
            sqlx::query(sql)
                .bind(&name)
                .bind(pool.name.as_str())
                .bind(member.address)
                .bind(position as i32)
                .bind(member.location.as_ref().map(|l| l.as_str()))
                .bind(member.weight.get() as i16)
                .bind(member.enabled)
                .bind(settings(member, &["address", "location", "weight", "enabled"])?)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}
