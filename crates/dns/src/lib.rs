//! The authoritative responder.
//!
//! A [`Serving`] is one immutable view, compiled so that a query needs two hash lookups and no allocation: names of
//! all zones in one table, records as octets ready to be copied, services as steering decides them. [`answer`] turns
//! one packet into one reply and is the same for every transport; [`Responder`] runs the sockets. Nothing here waits
//! for anything: what happened is counted in memory and pushed into a ring, and when the ring is full the loss itself
//! is counted.

mod access;
mod ahead;
mod answer;
mod complete;
mod cookie;
mod explain;
mod fast;
mod few;
mod lookup;
mod message;
mod nodes;
mod policy;
mod prepare;
mod rate;
mod report;
mod responder;
mod serving;
mod stats;
mod transfer;
mod transport;
mod tree;
mod tsig;

pub use access::Access;
pub use answer::{Arrival, Outcome, Path, answer};
pub use cookie::Cookies;
pub use policy::{Identity, Policy};
pub use rate::{Limiter, MAX_SLIP, RateLimit, Verdict};
pub use responder::{Options, Passed, Relisted, Responder};
pub use serving::{Serving, Surroundings};
pub use stats::{LATENCY_BOUNDS_NS, QTYPES, Stats};
pub use transfer::notify;
pub use transport::connections::Limits;
pub use transport::secure::{Certificate, CertificateError, Reading, Secure, SecureAddresses};
pub use tsig::{Hmac, TsigKey, TsigKeys};
