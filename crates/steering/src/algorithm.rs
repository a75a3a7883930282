//! How a turn, or a client, becomes a member: one file for each algorithm.

pub mod consistent_hash;
pub mod geo;
pub mod preference_order;
pub mod random;
pub mod round_robin;
pub mod topology;
