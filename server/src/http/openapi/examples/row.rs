//! One answer of the lab as a row of the query log, in every form it is given out in.

use std::net::{IpAddr, Ipv4Addr};

use api::view::{Around, Bars, Basis, LogLine, SavedView, Top, TopValue};
use model::counter::BUCKET_US;
use model::event::Transport;
use model::filter::Field;
use model::row::{Class, LogRow};
use model::rrtype::{Rcode, RrType};
use serde_json::{Value, json};

use super::{AT, GENERATION, LAB};
use crate::http::rest::log_views::NewView;
use crate::http::rest::logs::{self, RowsPage};

/// Number of the row in the examples.
const ID: i64 = 4711;
/// The query of the saved view.
const VIEW: &str = "since=1h&filter=rcode%20%21%3D%20NOERROR&group=client_ip";

pub fn of(schema: &str) -> Option<Value> {
    match schema {
        "LogRow" | "TailEvent" => row(),
        "LogLine" => Some(json!(line()?)),
        "LogPage" => {
            Some(json!(RowsPage { rows: vec![line()?], next: Some(format!("{AT},{ID}")), searched_to: None }))
        }
        "LogBars" => Some(json!(Bars {
            step: BUCKET_US,
            points: vec![(AT, "NOERROR".to_owned(), 9_970), (AT, "NXDOMAIN".to_owned(), 30)],
            suppressed: vec![(AT, 120)],
            ..Bars::default()
        })),
        "LogTop" => Some(json!(top()?)),
        "LogTopValue" => Some(json!(top()?.values.first()?)),
        "LogAround" => {
            Some(json!(Around { row: Some(line()?), before: vec![line()?], after: vec![line()?] }))
        }
        "LogValue" => Some(json!(LAB.services.first()?.name)),
        "LogBasis" => Some(json!(Basis::Counted)),
        "LogView" => Some(json!(SavedView {
            id: 1,
            name: "Failures of the shop".to_owned(),
            owner: "ana".to_owned(),
            shared: true,
            default: false,
            query: VIEW.to_owned(),
            created: AT,
        })),
        "NewLogView" => Some(json!(NewView {
            name: "Failures of the shop".to_owned(),
            query: VIEW.to_owned(),
            shared: true,
            default: false,
        })),
        _ => None,
    }
}

fn row() -> Option<Value> {
    let (service, site) = (LAB.services.first()?, LAB.sites.first()?);
    let pool = service.pools.first()?;
    let member = pool.members.first()?.address?;
    let row = LogRow {
        at: AT,
        client: IpAddr::V4(Ipv4Addr::new(10, 10, 24, 7)),
        port: 53_124,
        transport: Transport::Udp,
        fqdn: service.name.to_string(),
        qtype: RrType::A,
        rcode: Rcode::NOERROR,
        class: Class::NonSignificant,
        significance: "",
        service: Some(service.name.to_string().into()),
        pool: Some(pool.name.shared()),
        member: Some(member),
        answers: member.to_string(),
        ttl: service.ttl.get(),
        ecs: None,
        generation: GENERATION,
        latency_us: 12,
        stands_for: 1,
    };
    Some(logs::row_json(&row, site.name.as_str()))
}

/// The compact columns with the row's values as text.
fn cells() -> Option<Vec<(String, String)>> {
    let row = row()?;
    let as_text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Field::ALL.iter().map(|field| Some((field.to_string(), as_text(row.get(field.as_str())?)))).collect()
}

fn line() -> Option<LogLine> {
    Some(LogLine { id: ID, at: AT, cells: cells()?.into_iter().skip(1).collect() })
}

fn top() -> Option<Top> {
    let member = LAB.services.first()?.pools.first()?.members.first()?.address?;
    let value = TopValue { value: member.to_string(), rows: 6_000, stands_for: 6_072 };
    Some(Top { values: vec![value], other: 4_000, distinct: Some(3), ..Top::default() })
}

/// An export with one row.
pub fn csv() -> String {
    let (names, values): (Vec<_>, Vec<_>) = cells().unwrap_or_default().into_iter().unzip();
    format!("{}\n{}\n", names.join(","), values.join(","))
}

/// A tail with two events.
pub fn events() -> String {
    let row = row().unwrap_or_default();
    format!("data: {row}\n\ndata: {}\n\n", json!({"missed": 128}))
}
