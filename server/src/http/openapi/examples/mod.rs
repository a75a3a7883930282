//! Examples: the lab of `examples/lab.yaml`, put through the model's own types and the handlers' own functions.

mod access;
mod alerted;
mod configured;
mod exported;
mod observed;
mod ramp;
mod row;

use std::sync::LazyLock;

use model::config::Config;
use serde_json::Value;

pub use access::viewer;
pub use configured::{invalid, master_file};
pub use row::{csv, events};

use crate::declarative;

/// When everything in the examples happens: 2026-11-20 08:00 UTC, microseconds since 1970.
pub const AT: i64 = 1_795_161_600_000_000;
/// Generation of the configuration in the examples.
pub const GENERATION: u64 = 12;

/// The file is read by a test as well; a binary in which it cannot be read does not come to be.
static LAB: LazyLock<Config> =
    LazyLock::new(|| declarative::read(include_str!("../../../../../examples/lab.yaml")).unwrap_or_default());

/// The example of a schema.
pub fn of(schema: &str) -> Option<Value> {
    let found = configured::of(schema).or_else(|| observed::of(schema));
    found
        .or_else(|| row::of(schema))
        .or_else(|| exported::of(schema))
        .or_else(|| alerted::of(schema))
        .or_else(|| ramp::of(schema))
        .or_else(|| access::of(schema))
}
