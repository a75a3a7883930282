//! Zones, services, monitors, sites, locations and groups of clients as resources; records, pools and members as lists of theirs.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use model::config::{
    AlertRule, Channel, ClientGroup, Config, Location, Monitor, RecordSet, Service, Site as SiteObject, Zone,
};
use model::health::{HealthTable, MemberKey};
use model::plan::Plan;
use model::{Problem, Problems, Weight};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::operation::{Answer, Body, Operation};
use super::{WriteQuery, write};
use crate::access::Actor;
use crate::declarative;
use crate::http::problem::Failure;
use crate::site::Shared;

/// A kind of object that is managed by its name.
trait Object: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// The resource, in the plural.
    const LIST: &'static str;
    /// Its schema in the OpenAPI document.
    const SCHEMA: &'static str;
    fn list(config: &mut Config) -> &mut Vec<Self>;
    fn view(config: &Config) -> &Vec<Self>;
    fn name(&self) -> String;
}

macro_rules! object {
    ($kind:ty, $list:ident, $plural:literal, $schema:literal) => {
        impl Object for $kind {
            const LIST: &'static str = $plural;
            const SCHEMA: &'static str = $schema;
            fn list(config: &mut Config) -> &mut Vec<Self> {
                &mut config.$list
            }
            fn view(config: &Config) -> &Vec<Self> {
                &config.$list
            }
            fn name(&self) -> String {
                self.name.to_string()
            }
        }
    };
}

object!(Zone, zones, "zones", "Zone");
object!(Service, services, "services", "Service");
object!(Monitor, monitors, "monitors", "Monitor");
object!(SiteObject, sites, "sites", "Site");
object!(Location, locations, "locations", "Location");
object!(Channel, channels, "channels", "Channel");
object!(AlertRule, alert_rules, "alert-rules", "AlertRule");
object!(ClientGroup, client_groups, "client-groups", "ClientGroup");

/// All operations on objects.
pub fn operations() -> Vec<Operation> {
    let named = [
        on::<Zone>(),
        on::<Service>(),
        on::<Monitor>(),
        on::<SiteObject>(),
        on::<Location>(),
        on::<Channel>(),
        on::<AlertRule>(),
        on::<ClientGroup>(),
    ];
    named.into_iter().flatten().chain(on_parts()).collect()
}

fn on<T: Object>() -> Vec<Operation> {
    let (schema, plural) = (T::SCHEMA, T::LIST);
    // `Add an alert rule`: the words of the plural, one less.
    let singular = plural.trim_end_matches('s').replace('-', " ");
    let article = if singular.starts_with('a') { "an" } else { "a" };
    let (all, one) = (format!("/{plural}"), format!("/{plural}/{{name}}"));
    let (body, written) = (Body::Json(schema.to_owned()), format!("Written{schema}"));
    vec![
        Operation::get(&all, list::<T>)
            .called(plural, format!("list{schema}s"), format!("All {}", plural.replace('-', " ")))
            .gives(Answer::List(schema.to_owned()))
            .tagged(),
        Operation::post(&all, create::<T>)
            .called(plural, format!("create{schema}"), format!("Add {article} {singular}"))
            .takes(body.clone())
            .gives(Answer::MadeUnlessDry(written.clone()))
            .writes()
            .tagged()
            .fails(&[409]),
        Operation::get(&one, read::<T>)
            .called(plural, format!("read{schema}"), format!("One {singular}"))
            .gives(Answer::One(schema.to_owned()))
            .tagged()
            .fails(&[404]),
        Operation::put(&one, put::<T>)
            .called(plural, format!("put{schema}"), format!("Replace {article} {singular}, or add it"))
            .detail("The body is the whole object; what it leaves out gets its default. Another name in it renames.")
            .takes(body)
            .gives(Answer::One(written))
            .writes()
            .tagged(),
        Operation::delete(&one, remove::<T>)
            .called(plural, format!("delete{schema}"), format!("Remove {article} {singular}"))
            .gives(Answer::One("Written".to_owned()))
            .writes()
            .tagged()
            .fails(&[404]),
    ]
}

fn on_parts() -> Vec<Operation> {
    let list = |schema: &str| Answer::List(schema.to_owned());
    vec![
        Operation::get("/records", records)
            .called("zones", "listRecords", "The static records of all zones")
            .gives(list("Record"))
            .tagged(),
        Operation::get("/pools", pools)
            .called("services", "listPools", "The pools of all services")
            .gives(list("ServicePool"))
            .tagged(),
        Operation::get("/members", members)
            .called("services", "listMembers", "The members of all pools, with their health")
            .gives(list("ServiceMember"))
            .tagged(),
        Operation::patch("/members/{service}/{pool}/{address}", patch_member)
            .called("services", "patchMember", "Change a member's weight, or take it in or out")
            .detail("The one thing a canary has to change at each of its steps.")
            .takes(Body::Json("MemberPatch".to_owned()))
            .gives(Answer::One("Written".to_owned()))
            .writes()
            .tagged()
            .fails(&[404]),
    ]
}

fn tagged(generation: u64, status: StatusCode, body: impl Serialize) -> Response {
    (status, [(header::ETAG, format!("\"{generation}\""))], Json(body)).into_response()
}

fn same(a: &str, b: &str) -> bool {
    a.trim_end_matches('.').eq_ignore_ascii_case(b.trim_end_matches('.'))
}

fn missing<T: Object>(name: &str) -> Failure {
    Failure::NotFound(format!("there is nothing named {name:?} among the {}", T::LIST))
}

async fn list<T: Object>(State(site): State<Shared>) -> Response {
    let snapshot = site.snapshot();
    tagged(snapshot.generation, StatusCode::OK, T::view(&snapshot.config))
}

async fn read<T: Object>(State(site): State<Shared>, Path(name): Path<String>) -> Result<Response, Failure> {
    let snapshot = site.snapshot();
    let found = T::view(&snapshot.config).iter().find(|o| same(&o.name(), &name));
    found.map(|o| tagged(snapshot.generation, StatusCode::OK, o)).ok_or_else(|| missing::<T>(&name))
}

/// Reads the body.
fn parse<T: Object>(body: &str) -> Result<T, Failure> {
    let remedy = format!("send one object as GET /{}/NAME shows it", T::LIST);
    declarative::read_json(body, &remedy).map_err(|problem| Failure::Invalid(problem.into()))
}

async fn create<T: Object>(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<WriteQuery>,
    headers: HeaderMap,
    body: String,
) -> Result<Response, Failure> {
    let object: T = parse(&body)?;
    let name = object.name();
    let taken = |config: &Config| T::view(config).iter().any(|o| same(&o.name(), &name));
    if taken(&site.snapshot().config) {
        let message =
            format!("there is one of this name among the {}: choose another, or PUT to change it", T::LIST);
        return Err(Failure::Exists(Problem::new("name", name, message)));
    }
    let added = object.clone();
    let edited = write(&site, &actor, &headers, &query, move |config| {
        T::list(config).push(added);
        Ok(())
    })
    .await?;
    let status = if query.dry_run { StatusCode::OK } else { StatusCode::CREATED };
    Ok(written(&edited, status, &object))
}

async fn put<T: Object>(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    Query(query): Query<WriteQuery>,
    headers: HeaderMap,
    body: String,
) -> Result<Response, Failure> {
    let object: T = parse(&body)?;
    let placed = object.clone();
    let edited = write(&site, &actor, &headers, &query, move |config| {
        let list = T::list(config);
        match list.iter_mut().find(|o| same(&o.name(), &name)) {
            Some(old) => *old = placed,
            None if same(&placed.name(), &name) => list.push(placed),
            None => {
                let message =
                    format!("the body names another object than the path, {name:?}, which does not exist");
                return Err(Problem::new("name", placed.name(), message).into());
            }
        }
        Ok(())
    })
    .await?;
    Ok(written(&edited, StatusCode::OK, &object))
}

async fn remove<T: Object>(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    Query(query): Query<WriteQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    if !T::view(&site.snapshot().config).iter().any(|o| same(&o.name(), &name)) {
        return Err(missing::<T>(&name));
    }
    let edited = write(&site, &actor, &headers, &query, move |config| {
        T::list(config).retain(|o| !same(&o.name(), &name));
        Ok(())
    })
    .await?;
    Ok(written(&edited, StatusCode::OK, json!(null)))
}

fn written(edited: &store::Edited, status: StatusCode, object: impl Serialize) -> Response {
    let generation = edited.snapshot.generation;
    tagged(generation, status, outcome(generation, edited.changed, &edited.plan, object))
}

/// What a write is answered with.
pub fn outcome(generation: u64, changed: bool, plan: &Plan, object: impl Serialize) -> Value {
    json!({"generation": generation, "changed": changed, "plan": plan, "object": object})
}

async fn records(State(site): State<Shared>) -> Response {
    let snapshot = site.snapshot();
    tagged(snapshot.generation, StatusCode::OK, record_lines(&snapshot.config))
}

/// The static records of all zones.
pub fn record_lines(config: &Config) -> Vec<Value> {
    let of_zone = |zone: &Zone| -> Vec<Value> {
        let line = |set: &RecordSet| {
            let ttl = set.ttl.unwrap_or(zone.ttl);
            json!({"zone": zone.name, "name": set.name, "type": set.rr_type, "ttl": ttl, "data": set.data})
        };
        zone.records.iter().map(line).collect()
    };
    config.zones.iter().flat_map(of_zone).collect()
}

async fn pools(State(site): State<Shared>) -> Response {
    let snapshot = site.snapshot();
    tagged(snapshot.generation, StatusCode::OK, pool_lines(&snapshot.config))
}

/// The pools of all services.
pub fn pool_lines(config: &Config) -> Vec<Value> {
    let pools =
        config.services.iter().flat_map(|service| service.pools.iter().map(move |pool| (service, pool)));
    pools.map(|(service, pool)| json!({"service": service.name, "pool": pool})).collect()
}

async fn members(State(site): State<Shared>) -> Response {
    let snapshot = site.snapshot();
    let lines = member_lines(&snapshot.config, site.responder.current().health());
    tagged(snapshot.generation, StatusCode::OK, lines)
}

/// The members of all pools with their health.
pub fn member_lines(config: &Config, health: &HealthTable) -> Vec<Value> {
    let mut all = Vec::new();
    for service in &config.services {
        for pool in &service.pools {
            for member in &pool.members {
                let key = MemberKey::of(service, pool, member);
                let standing = key.map(|key| health.of(&key)).unwrap_or_default();
                all.push(json!({
                    "service": service.name, "pool": pool.name, "address": member.address, "fqdn": member.fqdn,
                    "site": config.site_of(member), "location": member.location, "weight": member.weight,
                    "enabled": member.enabled, "health": standing.health(),
                }));
            }
        }
    }
    all
}

/// What of a member may be changed alone, as a canary's pipeline does.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberPatch {
    weight: Option<Weight>,
    enabled: Option<bool>,
}

async fn patch_member(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path((service, pool, address)): Path<(String, String, String)>,
    Query(query): Query<WriteQuery>,
    headers: HeaderMap,
    body: String,
) -> Result<Response, Failure> {
    let remedy = "send {\"weight\": 3} or {\"enabled\": false}";
    let patch: MemberPatch =
        declarative::read_json(&body, remedy).map_err(|problem| Failure::Invalid(problem.into()))?;
    let not_found = Failure::NotFound(format!("there is no member {address} in pool {pool} of {service}"));
    let find = move |config: &mut Config, act: &mut dyn FnMut(&mut model::config::Member)| {
        let members = config
            .services
            .iter_mut()
            .filter(|s| same(&s.name.to_string(), &service))
            .flat_map(|s| s.pools.iter_mut().filter(|p| p.name.as_str() == pool))
            .flat_map(|p| p.members.iter_mut());
        let mut found = false;
        for member in members.filter(|m| m.id().to_string() == address) {
            act(member);
            found = true;
        }
        found
    };
    if !find(&mut site.snapshot().config.clone(), &mut |_| {}) {
        return Err(not_found);
    }
    let edited = write(&site, &actor, &headers, &query, move |config| {
        let changed = find(config, &mut |member| {
            member.weight = patch.weight.unwrap_or(member.weight);
            member.enabled = patch.enabled.unwrap_or(member.enabled);
        });
        if changed {
            Ok(())
        } else {
            Err(Problems::from(Problem::new("member", "", "it was removed meanwhile")))
        }
    })
    .await?;
    Ok(written(&edited, StatusCode::OK, json!(null)))
}
