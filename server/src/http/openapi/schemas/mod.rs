//! The schemas by their names, one file for each part of the model.

mod access;
mod alert;
mod channel;
mod exports;
mod history;
mod log;
mod monitor;
mod observed;
mod overrides;
mod place;
mod problem;
mod ramp;
mod service;
mod split;
mod value;
mod view;
mod zone;

#[cfg(test)]
pub use observed::FAILURES;
use utoipa::openapi::{RefOr, Schema};

use super::examples;

/// A schema with its name.
pub type Named = (&'static str, fn() -> Schema);

const ALL: [&[Named]; 17] = [
    overrides::ALL,
    ramp::ALL,
    zone::ALL,
    service::ALL,
    monitor::ALL,
    place::ALL,
    channel::ALL,
    alert::ALL,
    split::ALL,
    observed::ALL,
    log::ALL,
    exports::ALL,
    view::ALL,
    history::ALL,
    access::ALL,
    problem::ALL,
    value::ALL,
];

/// Every schema with its example.
pub fn all() -> impl Iterator<Item = (String, RefOr<Schema>)> {
    let named = ALL.into_iter().flatten().map(|(name, schema)| (*name, schema()));
    named.map(|(name, mut schema)| {
        match &mut schema {
            Schema::Object(object) => object.examples.extend(examples::of(name)),
            Schema::OneOf(options) => options.examples.extend(examples::of(name)),
            _ => {}
        }
        (name.to_owned(), RefOr::T(schema))
    })
}
