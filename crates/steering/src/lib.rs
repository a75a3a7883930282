//! Decides the answer: a service's configuration and measured health in, addresses out, with the reasons on request.
//!
//! A [`Service`] is compiled once for each published view. Live answers, `explain` and the console's preview call the
//! same [`Plan::decide`]; they differ only in whether the cursor moves. There is no I/O here, no clock and no packet:
//! `steering` does not know DNS messages.

mod cursor;
mod decide;
mod explain;
mod pool;
mod schedule;
mod segment;
mod service;

pub use cursor::Cursor;
pub use decide::{Decision, Pick};
pub use explain::Explanation;
pub use pool::{Candidate, PoolPlan, Rotation, Served};
pub use schedule::Schedule;
pub use segment::{begins_anew, segment};
pub use service::{Compile, Force, Plan, Service};
