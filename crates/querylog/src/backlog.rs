//! Events that were put off: in the order they came, until there is time to make rows of them.

use std::collections::VecDeque;
use std::iter;

use model::event::PackedEvent;

/// Octets of one block: some hundred events.
const BLOCK: usize = 64 << 10;

#[derive(Default)]
pub(crate) struct Backlog {
    blocks: VecDeque<Block>,
}

/// Events that are made up for together.
pub(crate) struct Block {
    octets: Vec<u8>,
    events: u64,
    oldest: i64,
}

impl Block {
    /// How many there are.
    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = PackedEvent<'_>> {
        let mut left = &self.octets[..];
        iter::from_fn(move || {
            let (event, rest) = PackedEvent::first(left)?;
            left = rest;
            Some(event)
        })
    }
}

impl Backlog {
    pub(crate) fn push(&mut self, event: PackedEvent<'_>) {
        let octets = event.octets();
        if self.blocks.back().is_none_or(|last| last.octets.len() + octets.len() > BLOCK) {
            let block = Block { octets: Vec::with_capacity(BLOCK), events: 0, oldest: event.at() };
            self.blocks.push_back(block);
        }
        if let Some(last) = self.blocks.back_mut() {
            last.octets.extend_from_slice(octets);
            last.events += 1;
            // Workers report each in its own order, so that the oldest need not be the first.
            last.oldest = last.oldest.min(event.at());
        }
    }

    /// The oldest of them.
    pub(crate) fn pop(&mut self) -> Option<Block> {
        self.blocks.pop_front()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Memory they take.
    pub(crate) fn octets(&self) -> usize {
        self.blocks.len() * BLOCK
    }

    /// When the oldest was, microseconds since 1970 UTC.
    pub(crate) fn oldest_at(&self) -> Option<i64> {
        self.blocks.iter().map(|block| block.oldest).min()
    }
}

#[cfg(test)]
mod tests {
    use model::event::{QueryEvent, Transport};

    use super::*;

    #[test]
    fn the_oldest_come_out_first_in_blocks_of_bounded_size() {
        let mut backlog = Backlog::default();
        // Two workers, of which one is behind the other.
        let at = |number: i64| number ^ 1;
        let mut octets = Vec::new();
        for number in 0..3000 {
            let mut event = QueryEvent::new(at(number), "192.0.2.1:53".parse().unwrap(), Transport::Udp);
            event.set_name(b"\x03www\x07example\x03org\0");
            octets.clear();
            event.pack(&mut octets);
            backlog.push(PackedEvent::first(&octets).unwrap().0);
        }
        let blocks = 3000 * octets.len() / BLOCK + 1;
        assert_eq!((backlog.octets(), backlog.oldest_at()), (blocks * BLOCK, Some(0)));
        let mut next = 0;
        while let Some(block) = backlog.pop() {
            assert_eq!((block.octets.capacity(), block.iter().count() as u64), (BLOCK, block.events()));
            for event in block.iter() {
                assert_eq!(event.unpack().at, at(next));
                next += 1;
            }
            let oldest = (next..3000).map(at).min();
            assert_eq!(backlog.oldest_at(), oldest);
        }
        assert_eq!(next, 3000);
        assert!(backlog.is_empty() && backlog.octets() == 0 && backlog.oldest_at().is_none());
    }
}
