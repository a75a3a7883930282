//! Health checks: what members answer when they are asked, judged into a [`model::health::HealthTable`].
//!
//! A [`probe`] observes and never judges; the [`tracker`] judges and never does I/O; [`target`] finds in the
//! configuration what has to be probed, the ledger joins targets to members, and [`Checker`] runs all of it on time.
//! What an operator decides about a member is kept beside what is measured, never in its place.

mod checker;
pub mod durations;
mod ledger;
pub mod probe;
mod schedule;
pub mod target;
pub mod tracker;

pub use checker::{Checker, Clock, Options, Transcript};
pub use durations::Durations;
pub use ledger::{Cause, CheckPoint, HealthChange, KEPT, Remembered, first_table};
pub use probe::{Policy, SecretResolver, Tools};
