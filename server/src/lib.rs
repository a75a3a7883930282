//! The server: the one place where everything meets.
//!
//! [`boot`] builds the parts in the order they depend on each other: the responder first, from the last good
//! snapshot, so that DNS is answered before anything else is there; then health checks, the query log, storage and
//! the console. [`cli`] is the outside; [`http`] the console and REST.

pub mod access;
pub mod backend;
mod boot;
pub mod cli;
mod clock;
pub mod config;
pub use declarative;
mod demo;
pub mod events;
mod exports;
pub mod http;
mod imports;
mod kept;
pub mod overrides;
mod ramps;
pub mod secrets;
mod sink;
mod site;
mod streams;
mod tasks;
