//! An independent weighted draw for each answer.

use super::consistent_hash::mix;
use super::round_robin::Schedule;

/// The member of a turn. Turns are never repeated, and neither are the draws made of them.
pub fn draw(schedule: &Schedule, seed: u64, turn: u64) -> Option<usize> {
    schedule.draw(mix(seed.wrapping_add(turn)))
}
