//! The query log as a whole, over a responder made of counters and rings and a sink in memory that fails on demand.

mod delivery;
mod giving_way;
mod identity;
mod loss;
mod rig;
mod sink;
mod spilled;
mod tailing;
mod throttling;
mod views;
