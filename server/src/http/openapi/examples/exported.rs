//! One export of the lab's log.

use api::export::{ExportKind, ExportLine, ExportState};
use serde_json::{Value, json};

use super::{AT, LAB};
use crate::http::rest::exports::ExportPage;

/// An hour, microseconds.
const HOUR: i64 = 3_600_000_000;
/// SHA-256 of nothing (FIPS 180-4): an example that is a real one.
const SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

pub fn of(schema: &str) -> Option<Value> {
    match schema {
        "Export" => Some(json!(line()?)),
        "ExportPage" => Some(json!(ExportPage { exports: vec![line()?], next: Some(12) })),
        "NewExport" => Some(json!({
            "format": "parquet", "columns": "ts,fqdn,answers", "filter": "rcode != NOERROR", "since": "1d",
            "from": "2026-11-20T07:00:00Z", "to": "2026-11-20T08:00:00Z",
        })),
        _ => None,
    }
}

fn line() -> Option<ExportLine> {
    Some(ExportLine {
        id: 12,
        kind: ExportKind::Job,
        format: "parquet".to_owned(),
        columns: "compact".to_owned(),
        filter: format!("service = {}", LAB.services.first()?.name),
        from: AT - HOUR,
        to: AT,
        actor: "ana".to_owned(),
        state: ExportState::Done,
        total: Some(0),
        rows: 0,
        bytes: 0,
        sha256: Some(SHA256.to_owned()),
        error: None,
        asked: AT,
        started: Some(AT + 1000),
        ended: Some(AT + 500_000),
        expires: Some(AT + 168 * HOUR),
    })
}
