//! Schemas have the fields of the types they stand for, their defaults, and ask for no more than the types do.

use std::collections::BTreeSet;

use api::export::ExportLine;
use api::health::{
    CheckMark, CheckStep, CheckStrip, CheckTranscript, HealthChangeLine, HealthHistory, MemberAddress,
};
use api::view::{Around, Bars, LogLine, RevisionDetail, RevisionLine, SavedView, Top, TopValue};
use model::canary::{
    CanaryGates, CanaryHook, CanaryRamp, CanarySpec, Light, MemberWeight, Moving, PlannedStep, RampLine,
    RampView, Sample,
};
use model::config::{
    AlertRule, Channel, ClientGroup, Clients, Config, DnsQuery, Email, Flap, HashMask, Header, Json,
    Location, LogFilter, Logging, Member, Monitor, MonitorTls, Pagerduty, Pool, Ramp, RecordSet, Script,
    ScriptCall, Secondary, SecretName, Service, Site, Snmp, SnmpUser, Soa, Syslog, Throttle, TopologyRule,
    Transfer, Webhook, Zone,
};
use model::health::{FailureCode, LastCheck, RampStep, Standing};
use model::occurrence::{Delivery, Occurrence};
use model::plan::{Change, Plan};
use model::split::{
    AnswersOf, ClientAnswers, DividedNetwork, Dropped, MemberAnswers, MemberRows, MemberShare, NetworkShare,
    NetworkSplit, Segment, SplitClients, SplitReport, TopShare, Totals,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use steering::Explanation;

use super::document;
use super::structs::fields_of;
use crate::exports::wish::ExportRequest;
use crate::http::openapi::examples;
use crate::http::openapi::schemas::FAILURES;
use crate::http::problem::ProblemDetails;
use crate::http::rest::config::Applied;
use crate::http::rest::exports::ExportPage;
use crate::http::rest::log_views::NewView;
use crate::http::rest::objects::MemberPatch;
use crate::http::rest::ramps::RampPlan;
use crate::http::rest::tokens::{NewToken, TokenLine, TokenRequest};
use crate::http::rest::users::{NewPassword, NewUser, UserLine};
use crate::http::rest::zone_file::Imported;

fn schema(name: &str) -> Value {
    document()["components"]["schemas"][name].clone()
}

fn same_fields<'de, T: Deserialize<'de>>(name: &str) {
    let schema = schema(name);
    let written: BTreeSet<&str> =
        schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(written, fields_of::<T>().iter().copied().collect(), "{name}");
}

#[test]
fn schemas_have_the_fields_of_their_types() {
    same_fields::<Config>("Config");
    same_fields::<CanarySpec>("CanarySpec");
    same_fields::<CanaryGates>("CanaryGates");
    same_fields::<CanaryHook>("CanaryHook");
    same_fields::<CanaryRamp>("CanaryRamp");
    same_fields::<Moving>("CanaryMoving");
    same_fields::<RampPlan>("CanaryPlan");
    same_fields::<PlannedStep>("CanaryStep");
    same_fields::<RampView>("CanaryView");
    same_fields::<Sample>("CanarySample");
    same_fields::<Light>("CanaryLight");
    same_fields::<RampLine>("CanaryLine");
    same_fields::<MemberWeight>("MemberWeight");
    same_fields::<Zone>("Zone");
    same_fields::<Soa>("Soa");
    same_fields::<RecordSet>("RecordSet");
    same_fields::<Transfer>("Transfer");
    same_fields::<Secondary>("Secondary");
    same_fields::<Service>("Service");
    same_fields::<Pool>("Pool");
    same_fields::<HashMask>("HashMask");
    same_fields::<Member>("Member");
    same_fields::<Ramp>("Ramp");
    same_fields::<TopologyRule>("TopologyRule");
    same_fields::<Clients>("Clients");
    same_fields::<ClientGroup>("ClientGroup");
    same_fields::<MemberPatch>("MemberPatch");
    same_fields::<Monitor>("Monitor");
    same_fields::<Header>("MonitorHeader");
    same_fields::<MonitorTls>("MonitorTls");
    same_fields::<DnsQuery>("MonitorQuery");
    same_fields::<ScriptCall>("MonitorScript");
    same_fields::<Flap>("MonitorFlap");
    same_fields::<SecretName>("SecretName");
    same_fields::<Site>("Site");
    same_fields::<Location>("Location");
    same_fields::<Logging>("Logging");
    same_fields::<Throttle>("Throttle");
    same_fields::<LogFilter>("LogFilter");
    same_fields::<Channel>("Channel");
    same_fields::<AlertRule>("AlertRule");
    same_fields::<Webhook>("Webhook");
    same_fields::<Json>("JsonPost");
    same_fields::<Email>("Email");
    same_fields::<Syslog>("Syslog");
    same_fields::<Snmp>("Snmp");
    same_fields::<SnmpUser>("SnmpUser");
    same_fields::<Pagerduty>("Pagerduty");
    same_fields::<Script>("Script");
    same_fields::<SplitReport>("SplitReport");
    same_fields::<Segment>("Segment");
    same_fields::<MemberShare>("MemberShare");
    same_fields::<NetworkSplit>("NetworkSplit");
    same_fields::<NetworkShare>("NetworkShare");
    same_fields::<DividedNetwork>("DividedNetwork");
    same_fields::<MemberRows>("MemberRows");
    same_fields::<SplitClients>("SplitClients");
    same_fields::<ClientAnswers>("ClientAnswers");
    same_fields::<TopShare>("TopShare");
    same_fields::<AnswersOf>("AnswersOf");
    same_fields::<MemberAnswers>("MemberAnswers");
    same_fields::<Totals>("Totals");
    same_fields::<Dropped>("Dropped");
    same_fields::<Plan>("Plan");
    same_fields::<Change>("Change");
    same_fields::<Applied>("Applied");
    same_fields::<Imported>("Imported");
    same_fields::<RevisionLine>("Revision");
    same_fields::<RevisionDetail>("RevisionDetail");
    same_fields::<LastCheck>("LastCheck");
    same_fields::<Standing>("Standing");
    same_fields::<RampStep>("RampStep");
    same_fields::<HealthChangeLine>("HealthChange");
    same_fields::<CheckStrip>("CheckStrip");
    same_fields::<CheckMark>("CheckMark");
    same_fields::<HealthHistory>("HealthHistory");
    same_fields::<MemberAddress>("MemberAddress");
    same_fields::<CheckTranscript>("CheckTranscript");
    same_fields::<CheckStep>("CheckStep");
    same_fields::<Explanation>("Explanation");
    same_fields::<Occurrence>("Event");
    same_fields::<Delivery>("Delivery");
    same_fields::<LogLine>("LogLine");
    same_fields::<Bars>("LogBars");
    same_fields::<Top>("LogTop");
    same_fields::<TopValue>("LogTopValue");
    same_fields::<Around>("LogAround");
    same_fields::<ExportLine>("Export");
    same_fields::<ExportPage>("ExportPage");
    same_fields::<ExportRequest>("NewExport");
    same_fields::<SavedView>("LogView");
    same_fields::<NewView>("NewLogView");
    same_fields::<UserLine>("User");
    same_fields::<NewUser>("NewUser");
    same_fields::<NewPassword>("NewPassword");
    same_fields::<TokenLine>("Token");
    same_fields::<TokenRequest>("NewToken");
    same_fields::<NewToken>("CreatedToken");
    same_fields::<ProblemDetails>("ProblemDetails");
    same_fields::<model::Problem>("Problem");
}

/// With its required fields alone an object is taken, and without any of them it is not; what it then has are the
/// defaults of the schema.
fn same_demands<T: DeserializeOwned + Serialize>(name: &str) {
    let (schema, example) = (schema(name), examples::of(name).unwrap());
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let least: Map<String, Value> =
        required.iter().map(|field| ((*field).to_owned(), example[*field].clone())).collect();
    let taken: T = serde_json::from_value(json!(least)).unwrap_or_else(|e| panic!("{name}: {e}"));
    for field in required {
        let mut lacking = least.clone();
        lacking.remove(field);
        assert!(serde_json::from_value::<T>(json!(lacking)).is_err(), "{name} does without {field}");
    }
    let mut more = least.clone();
    more.insert("no_such_field".to_owned(), json!(1));
    assert_eq!(
        serde_json::from_value::<T>(json!(more)).is_err(),
        schema["additionalProperties"] == json!(false)
    );
    let defaults = serde_json::to_value(taken).unwrap();
    for (field, value) in
        defaults.as_object().unwrap().iter().filter(|(field, _)| !least.contains_key(*field))
    {
        assert_eq!(schema["properties"][field].get("default"), Some(value), "default of {name}.{field}");
    }
}

#[test]
fn schemas_demand_what_their_types_demand_and_have_their_defaults() {
    same_demands::<Config>("Config");
    same_demands::<CanarySpec>("CanarySpec");
    same_demands::<CanaryGates>("CanaryGates");
    same_demands::<CanaryHook>("CanaryHook");
    same_demands::<Zone>("Zone");
    same_demands::<Soa>("Soa");
    same_demands::<RecordSet>("RecordSet");
    same_demands::<Transfer>("Transfer");
    same_demands::<Secondary>("Secondary");
    same_demands::<Service>("Service");
    same_demands::<Pool>("Pool");
    same_demands::<HashMask>("HashMask");
    same_demands::<Member>("Member");
    same_demands::<Ramp>("Ramp");
    same_demands::<TopologyRule>("TopologyRule");
    same_demands::<Clients>("Clients");
    same_demands::<ClientGroup>("ClientGroup");
    same_demands::<Monitor>("Monitor");
    same_demands::<Header>("MonitorHeader");
    same_demands::<MonitorTls>("MonitorTls");
    same_demands::<DnsQuery>("MonitorQuery");
    same_demands::<ScriptCall>("MonitorScript");
    same_demands::<Flap>("MonitorFlap");
    same_demands::<SecretName>("SecretName");
    same_demands::<Site>("Site");
    same_demands::<Location>("Location");
    same_demands::<Logging>("Logging");
    same_demands::<Throttle>("Throttle");
    same_demands::<LogFilter>("LogFilter");
    same_demands::<NewView>("NewLogView");
    same_demands::<Channel>("Channel");
    same_demands::<AlertRule>("AlertRule");
    same_demands::<Webhook>("Webhook");
    same_demands::<Json>("JsonPost");
    same_demands::<Email>("Email");
    same_demands::<Syslog>("Syslog");
    same_demands::<Snmp>("Snmp");
    same_demands::<SnmpUser>("SnmpUser");
    same_demands::<Pagerduty>("Pagerduty");
    same_demands::<Script>("Script");
}

#[test]
fn failures_of_checks_are_named_as_the_model_names_them() {
    let named = FAILURES.map(|name| serde_json::from_value::<FailureCode>(json!(name)).unwrap().as_str());
    assert_eq!(named, FAILURES);
    let error = serde_json::from_value::<FailureCode>(json!("?")).unwrap_err().to_string();
    assert_eq!(error.matches('`').count(), 2 * (FAILURES.len() + 1), "{error}");
}
