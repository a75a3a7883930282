//! The vocabulary of a Steelyard site: names, values, the declarative [`config::Config`], numbered
//! [`snapshot::Snapshot`]s of it, measured [`health`], what the responder reports ([`event`], [`counter`])
//! what happens at a site ([`occurrence`]), what raises a canary's weight ([`canary`]) and what the analysis says of the traffic ([`split`]).
//!
//! Everything is parsed once, at the border, into the types here; a value that exists is valid on its own.
//! What needs the whole configuration to judge (a service outside every zone, a monitor that is not defined)
//! is in [`check`]. There is no I/O here, no clock and no random generator, and the crate compiles for wasm32.

pub mod canary;
pub mod check;
pub mod config;
pub mod counter;
pub mod event;
pub mod filter;
pub mod health;
pub mod moment;
pub mod name;
pub mod occurrence;
pub mod plan;
pub mod problem;
pub mod rdata;
pub mod row;
pub mod rrtype;
pub mod shares;
pub mod slots;
pub mod snapshot;
pub mod split;
pub mod template;
pub mod value;
pub mod zonefile;

pub use moment::Moment;
pub use name::DnsName;
pub use problem::{Problem, Problems};
pub use value::{Label, Priority, Span, Ttl, Weight};
