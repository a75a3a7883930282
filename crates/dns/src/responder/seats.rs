//! The places of workers: a number, and what is counted there, for the next worker to go on with.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use model::event::{EventReceiver, ring};

use crate::rate::Limited;
use crate::report::Worker;
use crate::stats::Latency;

/// Every place there ever was; a worker takes the lowest that is free, so that their numbers stay small.
#[derive(Debug)]
pub struct Seats {
    ring: usize,
    events: bool,
    panics: Arc<AtomicU64>,
    seats: Vec<Seat>,
}

/// One place.
#[derive(Debug)]
pub struct Seat {
    /// Times of the answers given here.
    pub latency: Arc<Latency>,
    /// Answers held back here.
    pub limited: Arc<Limited>,
    taken: bool,
}

impl Seats {
    /// No place yet. `ring` is how many events of ordinary size a worker's ring holds; without `events` they are only
    /// counted.
    pub fn new(ring: usize, events: bool, panics: Arc<AtomicU64>) -> Seats {
        Seats { ring: ring.max(1), events, panics, seats: Vec::new() }
    }

    /// A worker with its number and the ring to be drained.
    pub fn take(&mut self) -> (usize, Worker, EventReceiver) {
        let number = self.seats.iter().position(|seat| !seat.taken).unwrap_or(self.seats.len());
        if number == self.seats.len() {
            self.seats.push(Seat { latency: Arc::default(), limited: Arc::default(), taken: true });
        }
        let seat = &mut self.seats[number];
        seat.taken = true;
        let (sender, receiver) = ring(self.ring);
        let ring = self.events.then_some(sender);
        let (latency, limited) = (seat.latency.clone(), seat.limited.clone());
        (number, Worker::new(number, ring, latency, limited, self.panics.clone()), receiver)
    }

    /// Gives places back whose workers are gone.
    pub fn leave(&mut self, numbers: &[usize]) {
        for number in numbers {
            if let Some(seat) = self.seats.get_mut(*number) {
                seat.taken = false;
            }
        }
    }

    /// What was counted at each place, whether or not somebody sits there now.
    pub fn iter(&self) -> impl Iterator<Item = &Seat> {
        self.seats.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_taken_again() {
        let mut seats = Seats::new(4, true, Arc::default());
        let numbers: Vec<usize> = (0..3).map(|_| seats.take().0).collect();
        assert_eq!(numbers, [0, 1, 2]);
        seats.leave(&[1]);
        let (number, worker, ring) = seats.take();
        assert_eq!((number, seats.take().0), (1, 3));
        assert!(!ring.is_abandoned());
        drop(worker);
        assert!(ring.is_abandoned(), "whoever drains the ring sees that its worker is gone");
        assert_eq!(seats.iter().count(), 4);
    }
}
