//! How a number of rows is known, in words.

use api::view::{Basis, RowCount};

use crate::format;

/// `5,000 rows`, or how much of that is known.
pub fn rows(count: &RowCount) -> String {
    let rows = format::count(count.rows, "row", "rows");
    match count.basis {
        Basis::Exact | Basis::Counted => rows,
        Basis::Estimated => format!("About {rows}"),
        Basis::Partial => format!("At least {rows}"),
    }
}

/// What is to be known of numbers that are not all of it; nothing when they are.
pub fn how(basis: Basis, searched_to: Option<i64>) -> Option<String> {
    match (basis, searched_to) {
        (Basis::Exact | Basis::Counted, _) => None,
        (Basis::Estimated, _) => {
            Some("Estimated from a sample: counting every row would take too long.".to_owned())
        }
        (Basis::Partial, Some(to)) => Some(format!(
            "Counted back to {} UTC: what is older is not in these numbers.",
            format::date_time(to)
        )),
        (Basis::Partial, None) => Some("Not everything was counted: there was no more time.".to_owned()),
    }
}
