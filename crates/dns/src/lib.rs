//! The authoritative responder.
//!
//! A [`Serving`] is one immutable view, compiled so that a query needs two hash lookups and no allocation: names of
//! all zones in one table, records as octets ready to be copied, services as steering decides them. [`answer`] turns
//! one packet into one reply and is the same for every transport; [`Responder`] runs the sockets. Nothing here waits
//! for anything: what happened is counted in memory and pushed into a ring, and when the ring is full the loss itself
//! is counted.

mod answer;
mod complete;
mod cookie;
mod explain;
mod fast;
mod lookup;
mod message;
mod policy;
mod report;
mod responder;
mod serving;
mod stats;
mod transfer;
mod transport;
mod tree;
mod tsig;

pub use answer::{Arrival, Outcome, Path, answer};
pub use cookie::Cookies;
pub use policy::{Identity, Policy};
pub use responder::{Options, Responder};
pub use serving::Serving;
pub use stats::{LATENCY_BOUNDS_NS, QTYPES, Stats};
pub use transfer::notify;
pub use transport::tcp::Limits;
pub use tsig::{Hmac, TsigKey, TsigKeys};
