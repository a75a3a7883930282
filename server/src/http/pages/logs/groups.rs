//! The values that rows are grouped by, as a sheet.

use api::view::{By, Top};
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::header;
use model::Problem;

use super::{BUDGET, Read};
use crate::access::Actor;
use crate::http::pages::errors;
use crate::http::problem::Failure;
use crate::site::Shared;

/// `GET /logs/groups.csv`: what the page shows, no more and no less.
pub async fn csv(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    RawQuery(query): RawQuery,
) -> Response {
    let gathered = async {
        let read = Read::of(&query.unwrap_or_default(), site.now());
        let log_query = read.query()?;
        let missing = || {
            Failure::BadRequest(Problem::new("group", "", "say what rows are grouped by, as group=client_ip"))
        };
        let by = read.state.group.ok_or_else(missing)?;
        site.pipeline.flush_now().await;
        let top = site.store.top(&log_query, by, read.state.values as usize, BUDGET).await?;
        Ok::<_, Failure>(sheet(by, &top))
    };
    match gathered.await {
        Ok(text) => {
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"steelyard-groups.csv\""),
            ];
            (headers, text).into_response()
        }
        Err(failure) => errors::of(&site, &actor, "/logs", failure),
    }
}

/// RFC 4180, with how the numbers are known in a column of its own.
fn sheet(by: By, top: &Top) -> String {
    let known = top.basis.as_str();
    let mut out = format!("{},rows,stands_for,known\r\n", by.as_str());
    for value in &top.values {
        out.push_str(&format!("{},{},{},{known}\r\n", safe(&value.value), value.rows, value.stands_for));
    }
    if top.other > 0 {
        out.push_str(&format!("(all others),{},,{known}\r\n", top.other));
    }
    out
}

/// A cell that no spreadsheet takes for a formula, in quotes where it needs them. Values come from clients.
fn safe(text: &str) -> String {
    let guard = if text.starts_with(['\t', '\r', '+', '-', '=', '@']) { "'" } else { "" };
    let text = format!("{guard}{text}");
    if text.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use api::view::TopValue;
    use model::filter::Field;

    use super::*;

    #[test]
    fn a_sheet_runs_nothing_and_reads_back() {
        let value = |text: &str| TopValue { value: text.to_owned(), rows: 2, stands_for: 3 };
        let top = Top { values: vec![value("=cmd|x!a"), value("a,\"b\"")], other: 5, ..Top::default() };
        let expected = "fqdn,rows,stands_for,known\r\n'=cmd|x!a,2,3,exact\r\n\"a,\"\"b\"\"\",2,3,exact\r\n(all others),5,,exact\r\n";
        assert_eq!(sheet(By::Field(Field::Fqdn), &top), expected);
    }
}
