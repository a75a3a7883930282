//! Operations: named, tagged, complete; every reference leads somewhere.

use std::collections::BTreeSet;

use axum::extract::Query;
use serde_json::Value;
use utoipa::openapi::OpenApi;

use super::structs::fields_of;
use super::{document, each_object};
use crate::http::rest::explain::ExplainQuery;
use crate::http::rest::health::HistoryQuery;
use crate::http::rest::logs::RowsQuery;
use crate::http::rest::ramps::{RampQuery, RampsQuery};
use crate::http::rest::revisions::ListQuery;
use crate::http::rest::{WriteQuery, streams, table};
use crate::http::window::WindowQuery;

#[test]
fn the_document_reads_back_as_openapi_3_1() {
    let text = serde_json::to_string(&document()).unwrap();
    let read: OpenApi = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), document());
    assert!(document()["openapi"].as_str().unwrap().starts_with("3.1."));
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = document();
    let mut used = BTreeSet::new();
    each_object(&document, "", &mut |at, object| {
        if let Some(to) = object.get("$ref").and_then(Value::as_str) {
            assert!(document.pointer(to.trim_start_matches('#')).is_some(), "{at} refers to {to}");
            used.insert(to.to_owned());
        }
    });
    for (kind, components) in document["components"].as_object().unwrap() {
        for key in components.as_object().unwrap().keys().filter(|_| kind != "securitySchemes") {
            assert!(used.contains(&format!("#/components/{kind}/{key}")), "nothing refers to {kind} {key}");
        }
    }
}

#[test]
fn every_row_of_the_table_is_a_route_and_an_operation_of_the_document() {
    // Building a router panics when two rows have the same method and path.
    let _ = (crate::http::rest::router(), streams());
    let document = document();
    let operations = table::operations();
    let mut ids = BTreeSet::new();
    for row in &operations {
        let path = document["paths"].get(&row.path).unwrap_or_else(|| panic!("{} is missing", row.path));
        let operation = path.get(row.method.as_str().to_ascii_lowercase()).unwrap();
        assert_eq!(operation["operationId"], row.id);
        assert!(
            !row.id.is_empty() && ids.insert(row.id.clone()),
            "{} {} has no name of its own",
            row.method,
            row.path
        );
        assert!(!row.summary.is_empty(), "{} says nothing", row.id);
    }
    let paths = document["paths"].as_object().unwrap().values();
    assert_eq!(paths.flat_map(|path| path.as_object().unwrap().keys()).count(), operations.len());
}

#[test]
fn tags_are_those_of_the_operations() {
    let document = document();
    let listed: BTreeSet<&str> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let operations = table::operations();
    assert_eq!(listed, operations.iter().map(|operation| operation.tag).collect());
}

#[test]
fn the_role_is_the_one_the_gate_asks_for() {
    let document = document();
    let role = |path: &str, method: &str| document["paths"][path][method]["x-required-role"].clone();
    assert_eq!(role("/zones", "get"), "viewer");
    assert_eq!(role("/zones/{name}", "put"), "operator");
    assert_eq!(role("/tokens", "get"), "admin");
    let forbidden = |path: &str, method: &str| {
        document["paths"][path][method]["responses"].as_object().unwrap().contains_key("403")
    };
    assert!(!forbidden("/zones", "get") && forbidden("/zones", "post") && forbidden("/tokens", "get"));
}

/// Names of an operation's parameters in one place.
fn parameters(document: &Value, path: &str, method: &str, place: &str) -> BTreeSet<String> {
    let list = document["paths"][path][method]["parameters"].as_array().unwrap();
    let parameters =
        list.iter().map(|p| document.pointer(p["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap());
    parameters.filter(|p| p["in"] == place).map(|p| p["name"].as_str().unwrap().to_owned()).collect()
}

fn set<'a>(names: impl IntoIterator<Item = &'a &'a str>) -> BTreeSet<String> {
    names.into_iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn query_parameters_are_those_the_handlers_read() {
    let document = document();
    let query = |path: &str, method: &str| parameters(&document, path, method, "query");
    assert_eq!(query("/config", "post"), set(fields_of::<WriteQuery>()));
    assert_eq!(query("/revisions", "get"), set(fields_of::<ListQuery>()));
    assert_eq!(query("/ramps", "get"), set(fields_of::<RampsQuery>()));
    assert_eq!(query("/ramps", "post"), set(fields_of::<RampQuery>()));
    assert_eq!(query("/health/history", "get"), set(fields_of::<HistoryQuery>()));
    assert_eq!(query("/explain", "get"), set(fields_of::<ExplainQuery>()));
    assert_eq!(query("/split/{service}", "get"), set(fields_of::<WindowQuery>()));
    assert_eq!(query("/zones/{name}", "put"), set(&["dry_run", "reason"]));
    assert_eq!(parameters(&document, "/zones/{name}", "put", "header"), set(&["If-Match"]));
    assert_eq!(parameters(&document, "/zones/{name}", "put", "path"), set(&["name"]));

    let asked: Vec<String> = query("/logs", "get").iter().map(|name| format!("{name}=1")).collect();
    let read =
        Query::<RowsQuery>::try_from_uri(&format!("/?{}", asked.join("&")).parse().unwrap()).unwrap().0;
    let window = read.window;
    assert!(window.since.is_some() && window.from.is_some() && window.to.is_some());
    assert!(read.filter == "1" && read.before.is_some() && read.limit == Some(1));
    assert_eq!(asked.len(), 6);
}
