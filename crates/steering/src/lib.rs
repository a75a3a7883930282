//! Decides the answer: a service's configuration, measured health and a client in, addresses out, with the reasons on
//! request.
//!
//! A [`Service`] is compiled once for each published view. Live answers, `explain` and the console's preview call the
//! same [`Plan::decide`]; they differ only in whether the cursor moves. There is no I/O here, no clock and no packet:
//! `steering` does not know DNS messages, and of a client's place it knows what a [`Locate`] says.

mod algorithm;
mod candidate;
mod client;
mod cursor;
mod decide;
mod explain;
mod networks;
mod pool;
mod rotation;
mod segment;
mod service;

pub use algorithm::consistent_hash::{Slots, of_network};
pub use algorithm::geo::kilometres;
pub use algorithm::round_robin::Schedule;
pub use candidate::{Candidate, Home, Level};
pub use client::{Atlas, Client, Locate, Located, Nowhere, OwnPlace, Place};
pub use cursor::Cursor;
pub use decide::{Decided, Decision, Pick, Turn};
pub use explain::Explanation;
pub use networks::{Match, Networks};
pub use pool::PoolPlan;
pub use rotation::{Chooser, Rotation, Served};
pub use segment::{begins_anew, segment};
pub use service::{Compile, Force, Plan, Service};
