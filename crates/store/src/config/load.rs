//! Rows to objects; what was valid when it was written is parsed again on the way out.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use ipnet::IpNet;
use model::config::{
    ClientGroup, Config, Location, Logging, Member, Monitor, Pool, RecordSet, Service, Site, SiteRole, Soa,
    Unhandled, Zone,
};
use model::{Label, Priority, Span, Ttl, Weight};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::error::StoreError;

type Result<T> = std::result::Result<T, StoreError>;

fn parse<T: FromStr<Err: Display>>(row: &PgRow, column: &str) -> Result<T> {
    row.try_get::<String, _>(column)?.parse().map_err(StoreError::unreadable)
}

fn parse_some<T: FromStr<Err: Display>>(row: &PgRow, column: &str) -> Result<Option<T>> {
    let text: Option<String> = row.try_get(column)?;
    text.map(|t| t.parse().map_err(StoreError::unreadable)).transpose()
}

fn parse_all<T: FromStr<Err: Display>>(row: &PgRow, column: &str) -> Result<Vec<T>> {
    let texts: Vec<String> = row.try_get(column)?;
    texts.iter().map(|t| t.parse().map_err(StoreError::unreadable)).collect()
}

fn ttl(row: &PgRow, column: &str) -> Result<Ttl> {
    Ttl::new(row.try_get::<i32, _>(column)?.into()).map_err(StoreError::unreadable)
}

/// An object with what its column `settings` holds: the fields without a column of their own, in the words of the
/// declarative form. `least` is what it cannot be without; fields that have a column get their defaults.
fn settled<T: DeserializeOwned>(row: &PgRow, least: Value) -> Result<T> {
    let mut object: Value = row.try_get("settings")?;
    if let (Value::Object(object), Value::Object(least)) = (&mut object, least) {
        object.extend(least);
    }
    serde_json::from_value(object).map_err(StoreError::unreadable)
}

/// The whole configuration, in its own order.
pub async fn config(connection: &mut PgConnection, logging: Logging) -> Result<Config> {
    let mut config = Config { logging, ..Config::default() };
    config.sites = sites(connection).await?;
    config.locations = locations(connection).await?;
    config.client_groups = client_groups(connection).await?;
    config.zones = zones(connection).await?;
    config.monitors = monitors(connection).await?;
    config.services = services(connection).await?;
    let channels = bodies(connection, "SELECT body FROM channels").await?;
    config.channels = serde_json::from_value(channels).map_err(StoreError::unreadable)?;
    let rules = bodies(connection, "SELECT body FROM alert_rules").await?;
    config.alert_rules = serde_json::from_value(rules).map_err(StoreError::unreadable)?;
    config.sort();
    Ok(config)
}

/// A list of objects that are stored whole, in the words of the declarative form.
async fn bodies(connection: &mut PgConnection, sql: &'static str) -> Result<serde_json::Value> {
    let rows: Vec<serde_json::Value> = sqlx::query_scalar(sql).fetch_all(connection).await?;
    Ok(rows.into())
}

async fn sites(connection: &mut PgConnection) -> Result<Vec<Site>> {
    let rows = sqlx::query("SELECT name, role, dns, settings FROM sites").fetch_all(connection).await?;
    let site = |row: &PgRow| -> Result<Site> {
        let role = match row.try_get::<String, _>("role")?.as_str() {
            "follower" => SiteRole::Follower,
            _ => SiteRole::Leader,
        };
        let name: Label = parse(row, "name")?;
        Ok(Site { role, dns: parse_all(row, "dns")?, ..settled(row, json!({"name": name}))? })
    };
    rows.iter().map(site).collect()
}

async fn locations(connection: &mut PgConnection) -> Result<Vec<Location>> {
    let sql = "SELECT name, site, cidr, latitude, longitude, settings FROM locations";
    let rows = sqlx::query(sql).fetch_all(connection).await?;
    let location = |row: &PgRow| {
        let name: Label = parse(row, "name")?;
        Ok(Location {
            site: parse_some(row, "site")?,
            cidr: row.try_get::<Vec<IpNet>, _>("cidr")?,
            latitude: row.try_get("latitude")?,
            longitude: row.try_get("longitude")?,
            ..settled(row, json!({"name": name}))?
        })
    };
    rows.iter().map(location).collect()
}

async fn client_groups(connection: &mut PgConnection) -> Result<Vec<ClientGroup>> {
    let rows = sqlx::query("SELECT name, settings FROM client_groups").fetch_all(connection).await?;
    let group = |row: &PgRow| settled(row, json!({"name": row.try_get::<String, _>("name")?}));
    rows.iter().map(group).collect()
}

async fn zones(connection: &mut PgConnection) -> Result<Vec<Zone>> {
    let sql = "SELECT zone, name, type, ttl, data FROM record_sets ORDER BY zone, position";
    let rows = sqlx::query(sql).fetch_all(&mut *connection).await?;
    let mut records: HashMap<String, Vec<RecordSet>> = HashMap::new();
    for row in &rows {
        let ttl = match row.try_get::<Option<i32>, _>("ttl")? {
            Some(_) => Some(ttl(row, "ttl")?),
            None => None,
        };
        let set = RecordSet {
            name: row.try_get("name")?,
            rr_type: parse(row, "type")?,
            ttl,
            data: row.try_get("data")?,
        };
        records.entry(row.try_get("zone")?).or_default().push(set);
    }
    let rows = sqlx::query("SELECT * FROM zones").fetch_all(connection).await?;
    let mut zone = |row: &PgRow| {
        let seconds = |column: &str| row.try_get::<i64, _>(column).map(|s| s as u32);
        let soa = Soa {
            mname: parse_some(row, "mname")?,
            rname: parse_some(row, "rname")?,
            refresh: seconds("refresh")?,
            retry: seconds("retry")?,
            expire: seconds("expire")?,
            negative_ttl: ttl(row, "negative_ttl")?,
        };
        let unhandled = match row.try_get::<String, _>("unhandled")?.as_str() {
            "drop" => Unhandled::Drop,
            _ => Unhandled::Nxdomain,
        };
        Ok(Zone {
            name: parse(row, "name")?,
            soa,
            name_servers: parse_all(row, "name_servers")?,
            ttl: ttl(row, "ttl")?,
            unhandled,
            records: records.remove(&row.try_get::<String, _>("name")?).unwrap_or_default(),
            transfer: row.try_get::<Option<sqlx::types::Json<_>>, _>("transfer")?.map(|json| json.0),
        })
    };
    rows.iter().map(&mut zone).collect()
}

async fn monitors(connection: &mut PgConnection) -> Result<Vec<Monitor>> {
    let rows = sqlx::query("SELECT * FROM monitors").fetch_all(connection).await?;
    let monitor = |row: &PgRow| {
        let span = |column: &str| row.try_get::<i64, _>(column).map(|ms| Span::millis(ms as u64));
        let mut fields: serde_json::Map<String, serde_json::Value> =
            row.try_get::<sqlx::types::Json<_>, _>("settings")?.0;
        for (field, value) in [
            ("name", json!(row.try_get::<String, _>("name")?)),
            ("type", json!(row.try_get::<String, _>("type")?)),
            ("port", json!(row.try_get::<Option<i32>, _>("port")?)),
            ("request", json!(row.try_get::<Option<String>, _>("request")?)),
            ("host", json!(row.try_get::<Option<String>, _>("host")?)),
            ("expect_status", json!(row.try_get::<Vec<String>, _>("expect_status")?)),
            ("interval", json!(span("interval_ms")?)),
            ("timeout", json!(span("timeout_ms")?)),
            ("failures", json!(row.try_get::<i16, _>("failures")?)),
            ("successes", json!(row.try_get::<i16, _>("successes")?)),
        ] {
            fields.insert(field.to_owned(), value);
        }
        serde_json::from_value(fields.into()).map_err(StoreError::unreadable)
    };
    rows.iter().map(monitor).collect()
}

async fn services(connection: &mut PgConnection) -> Result<Vec<Service>> {
    let mut pools = pools(connection).await?;
    let sql = "SELECT service, monitor FROM service_monitors ORDER BY service, position";
    let mut monitors: HashMap<String, Vec<model::Label>> = HashMap::new();
    for row in &sqlx::query(sql).fetch_all(&mut *connection).await? {
        monitors.entry(row.try_get("service")?).or_default().push(parse(row, "monitor")?);
    }
    let rows = sqlx::query("SELECT * FROM services").fetch_all(connection).await?;
    let mut service = |row: &PgRow| {
        let key: String = row.try_get("name")?;
        Ok(Service {
            description: row.try_get("description")?,
            enabled: row.try_get("enabled")?,
            ttl: ttl(row, "ttl")?,
            answers: row.try_get::<i16, _>("answers")? as u8,
            down_response: serde_json::from_value(row.try_get("down_response")?)
                .map_err(StoreError::unreadable)?,
            monitors: monitors.remove(&key).unwrap_or_default(),
            pools: pools.remove(&key).unwrap_or_default(),
            ..settled(row, json!({"name": key, "pools": []}))?
        })
    };
    rows.iter().map(&mut service).collect()
}

async fn pools(connection: &mut PgConnection) -> Result<HashMap<String, Vec<Pool>>> {
    let sql = "SELECT service, pool, address, location, weight, enabled, settings FROM members \
               ORDER BY service, pool, position";
    let mut members: HashMap<(String, String), Vec<Member>> = HashMap::new();
    for row in &sqlx::query(sql).fetch_all(&mut *connection).await? {
        let member = Member {
            address: row.try_get("address")?,
            location: parse_some(row, "location")?,
            weight: Weight::new(row.try_get::<i16, _>("weight")?.into()).map_err(StoreError::unreadable)?,
            enabled: row.try_get("enabled")?,
            ..settled(row, json!({}))?
        };
        members.entry((row.try_get("service")?, row.try_get("pool")?)).or_default().push(member);
    }
    let sql =
        "SELECT service, name, priority, algorithm, enabled, settings FROM pools ORDER BY service, position";
    let mut pools: HashMap<String, Vec<Pool>> = HashMap::new();
    for row in &sqlx::query(sql).fetch_all(connection).await? {
        let (service, name): (String, String) = (row.try_get("service")?, row.try_get("name")?);
        let algorithm = serde_json::Value::String(row.try_get("algorithm")?);
        let pool = Pool {
            priority: Priority::new(row.try_get::<i16, _>("priority")?.into())
                .map_err(StoreError::unreadable)?,
            algorithm: serde_json::from_value(algorithm).map_err(StoreError::unreadable)?,
            enabled: row.try_get("enabled")?,
            members: members.remove(&(service.clone(), name.clone())).unwrap_or_default(),
            ..settled(row, json!({"name": name, "members": []}))?
        };
        pools.entry(service).or_default().push(pool);
    }
    Ok(pools)
}
