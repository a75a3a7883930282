//! Events become alerts, and alerts are delivered: rules choose, channels carry.
//!
//! [`Rules`] is plain data: what a rule has seen of a subject, and when it told of it. [`Engine`] gives each alert to a
//! worker for each channel of the rule, which has a bounded queue and tries again with growing pauses; a receiver that
//! is slow or dead delays nothing but itself. One file of `send` knows one way to deliver. Every connection is made by
//! [`Network`], which looks at the address that is dialled.
//!
//! Not here: what makes an event (the server's tasks), and where deliveries are kept (`store`).

mod alert;
mod engine;
mod network;
mod rules;
mod send;
mod tls;
mod worker;

pub use alert::Alert;
pub use engine::{Engine, Options, Queue};
pub use network::{Network, Reach};
pub use rules::Rules;
pub use send::{Failure, Outside, Secrets, ask};
pub use worker::Pace;

/// The time of day, microseconds since 1970 UTC.
pub type Clock = std::sync::Arc<dyn Fn() -> i64 + Send + Sync>;
