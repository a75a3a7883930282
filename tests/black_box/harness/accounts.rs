//! What a split report says of the rows.

use serde_json::Value;

/// Queries a split report counts.
pub fn answered(split: &Value) -> u64 {
    split["totals"]["answered"].as_u64().expect("totals.answered")
}

/// Rows of it that are stored or known to be lost.
pub fn accounted(split: &Value) -> u64 {
    let totals = &split["totals"];
    let dropped = totals["dropped"].as_object().expect("totals.dropped");
    let dropped: u64 = dropped.values().map(|n| n.as_u64().expect("a count")).sum();
    totals["logged"].as_u64().expect("totals.logged") + dropped
}
