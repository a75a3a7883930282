//! The way of events from a worker to the log: a ring of octets between two threads, of which neither waits for the
//! other.

use rtrb::{Consumer, Producer, RingBuffer};

use super::packed::LARGEST;
use super::{PackedEvent, QueryEvent};

/// Octets of the ring for each event that it is to hold. What an ordinary event takes is less, what the longest name
/// with eight IPv6 addresses takes is four times as much.
const ROOM: usize = 128;

/// Octets read at a time, so that they are still near when they are looked at.
const READ: usize = 32 << 10;

/// A ring for so many events of ordinary size, at least one of any size.
pub fn ring(events: usize) -> (EventSender, EventReceiver) {
    let (producer, consumer) = RingBuffer::new((events * ROOM).max(LARGEST));
    let sender = EventSender { ring: producer, octets: Vec::with_capacity(LARGEST) };
    (sender, EventReceiver { ring: consumer, octets: Vec::with_capacity(READ) })
}

/// There is no room in the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the ring of events is full")]
pub struct RingFull;

/// The worker's end.
#[derive(Debug)]
pub struct EventSender {
    ring: Producer<u8>,
    octets: Vec<u8>,
}

impl EventSender {
    /// Passes an event on.
    ///
    /// # Errors
    ///
    /// [`RingFull`] when there is no room for it; nothing of it was written.
    pub fn push(&mut self, event: &QueryEvent) -> Result<(), RingFull> {
        self.octets.clear();
        event.pack(&mut self.octets);
        self.ring.push_entire_slice(&self.octets).map_err(|_| RingFull)
    }

    /// Whether nobody reads any more.
    pub fn is_abandoned(&self) -> bool {
        self.ring.is_abandoned()
    }
}

/// The log's end.
#[derive(Debug)]
pub struct EventReceiver {
    ring: Consumer<u8>,
    octets: Vec<u8>,
}

impl EventReceiver {
    /// Octets of the events that are in the ring now.
    pub fn octets(&self) -> usize {
        self.ring.slots()
    }

    /// Takes some of the events that are there, the oldest first, at most so many octets of them but at least one
    /// event. Gives how many octets they were.
    pub fn read(&mut self, at_most: usize, mut each: impl FnMut(PackedEvent<'_>)) -> usize {
        let octets = self.ring.slots().min(at_most.clamp(LARGEST, READ));
        let Ok(chunk) = self.ring.read_chunk(octets) else { return 0 };
        let (first, second) = chunk.as_slices();
        self.octets.clear();
        self.octets.extend_from_slice(first);
        self.octets.extend_from_slice(second);
        let mut left = &self.octets[..];
        while let Some((event, rest)) = PackedEvent::first(left) {
            each(event);
            left = rest;
        }
        // The last may be there in part only.
        let read = octets - left.len();
        chunk.commit(read);
        read
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }

    /// Whether nobody writes any more. What the worker wrote before is visible only after an
    /// [`Acquire`](std::sync::atomic::Ordering::Acquire) fence.
    pub fn is_abandoned(&self) -> bool {
        self.ring.is_abandoned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Transport;
    use proptest::prelude::*;

    /// An event of a moment, with a name of so many octets.
    fn event(at: i64, name: usize) -> QueryEvent {
        let mut event = QueryEvent::new(at, "[2001:db8::1]:53".parse().unwrap(), Transport::Udp);
        event.set_name(&vec![at as u8; name]);
        event
    }

    proptest! {
        /// Whatever the sizes are, and wherever the ring's end cuts one.
        #[test]
        fn events_come_out_in_their_order_and_only_those_that_had_room(
            steps in proptest::collection::vec((0..256_usize, 0..4_u8, 0..2000_usize), 1..400),
        ) {
            let (mut sender, mut receiver) = ring(20);
            let (mut sent, mut seen) = (Vec::new(), Vec::new());
            let mut read = |receiver: &mut EventReceiver, at_most| receiver.read(at_most, |event| {
                let event = event.unpack();
                seen.push((event.at, event.name().to_vec()));
            });
            for (at, (name, how, at_most)) in steps.into_iter().enumerate() {
                let event = event(at as i64, name);
                if sender.push(&event).is_ok() {
                    sent.push((event.at, event.name().to_vec()));
                }
                if how == 0 {
                    let before = receiver.octets();
                    let octets = read(&mut receiver, at_most);
                    prop_assert!(octets > 0 || before == 0);
                    prop_assert_eq!(receiver.octets(), before - octets);
                }
            }
            while read(&mut receiver, usize::MAX) > 0 {}
            prop_assert!(receiver.is_empty());
            prop_assert_eq!(seen, sent);
        }
    }

    #[test]
    fn a_full_ring_takes_nothing_until_there_is_room() {
        let (mut sender, mut receiver) = ring(4);
        let taken = (0..100).take_while(|at| sender.push(&event(*at, 20)).is_ok()).count();
        assert!((4..10).contains(&taken), "{taken}");
        assert_eq!(sender.push(&event(200, 255)), Err(RingFull));
        let mut seen = Vec::new();
        receiver.read(1, |event| seen.push(event.at()));
        assert_eq!(seen, (0..taken as i64).collect::<Vec<_>>());
        assert_eq!(sender.push(&event(200, 255)), Ok(()));
    }

    #[test]
    fn the_smallest_ring_holds_the_largest_event_and_each_end_sees_that_the_other_is_gone() {
        let (mut sender, mut receiver) = ring(0);
        assert_eq!(sender.push(&event(1, 255)), Ok(()));
        assert!(!sender.is_abandoned() && !receiver.is_abandoned() && !receiver.is_empty());
        drop(sender);
        assert!(receiver.is_abandoned());
        assert!(receiver.read(usize::MAX, |event| assert_eq!(event.at(), 1)) > 0);
        let (sender, receiver) = ring(1);
        drop(receiver);
        assert!(sender.is_abandoned());
    }
}
