//! Where a pool's schedule stands.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The number of turns taken, shared by all workers and transports. 64 bits of turns outlast any server: a million
/// answers a second for half a million years.
#[derive(Debug)]
pub struct Cursor {
    turns: AtomicU64,
    period: u64,
}

impl Cursor {
    /// A cursor at the start of a schedule of `period` turns.
    pub fn new(period: u64) -> Cursor {
        Cursor { turns: AtomicU64::new(0), period }
    }

    /// Takes the next turn, counted from 0 and never reduced, so that weighted draws do not repeat with the period.
    pub fn advance(&self) -> u64 {
        self.turns.fetch_add(1, Relaxed)
    }

    /// The turn that would be taken after `ahead` others; nothing moves.
    pub fn peek(&self, ahead: u64) -> u64 {
        self.turns.load(Relaxed).wrapping_add(ahead)
    }

    /// How many turns of the present period are taken.
    pub fn place(&self) -> u64 {
        self.peek(0).checked_rem(self.period).unwrap_or(0)
    }
}
