//! A row as a line of JSON, with the names and types of the log's own export.

use chrono::{DateTime, SecondsFormat};
use model::row::LogRow;
use serde_json::{Value, json};

use crate::Origin;

/// Every column of the compact order, and how many answers the row stands for and its class.
pub(crate) fn object(row: &LogRow, origin: &Origin) -> Value {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    json!({
        "ts": time(row.at),
        "site": origin.site,
        "client_ip": row.client,
        "client_port": row.port,
        "transport": row.transport.as_str(),
        "fqdn": text(&row.fqdn),
        "qtype": row.qtype.to_string(),
        "rcode": row.rcode.to_string(),
        "significant": !row.significance.is_empty(),
        "significance": text(row.significance),
        "service": row.service,
        "pool": row.pool,
        "member": row.member,
        "answers": text(&row.answers),
        "ttl": row.ttl,
        "ecs": row.ecs.map(|net| net.to_string()),
        "generation": row.generation,
        "latency_us": row.latency_us,
        "stands_for": row.stands_for,
        "class": row.class.as_str(),
    })
}

/// RFC 3339 in UTC, to the microsecond.
pub(crate) fn time(at: i64) -> String {
    DateTime::from_timestamp_micros(at).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Lines of JSON, each with its end.
pub(crate) fn lines(rows: &[LogRow], origin: &Origin) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.len() * 400);
    for row in rows {
        out.extend_from_slice(object(row, origin).to_string().as_bytes());
        out.push(b'\n');
    }
    out
}
