//! The query log: capture -> classify -> throttle -> batch -> [`Sink`].
//!
//! A thread of its own drains the responder's rings, so that an answer never waits; whatever does not become a stored
//! row is counted by its cause. Over any time, the lossless counters equal the sum of all accounts, per service and
//! as a whole. What storage does not take waits in bounded memory, then in a bounded spill on disk, which outlives the
//! process. Nothing here knows of PostgreSQL: storage is behind [`Sink`], and may be away for as long as it likes.

#![warn(missing_docs)]

mod backlog;
mod backoff;
mod capture;
mod classify;
mod counting;
mod drain;
mod filters;
mod giving_way;
mod ledger;
mod matcher;
mod names;
mod options;
mod pipeline;
mod presence;
mod queue;
mod row;
mod shared;
mod sink;
pub mod spill;
mod spilling;
mod throttle;
mod view;
mod writer;

pub use classify::reason;
pub use matcher::Matcher;
pub use options::{Clock, GiveWay, Options, SpillOptions};
pub use pipeline::{Pipeline, Unsent};
pub use shared::{Outlet, Status};
pub use sink::{Sink, SinkError};
pub use view::LogView;
