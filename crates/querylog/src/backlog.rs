//! Events that were put off: in the order they came, until there is time to make rows of them.

use std::collections::VecDeque;

use model::event::{PackedEvents, QueryEvent};

/// Events in one block.
const BLOCK: usize = 1024;

#[derive(Default)]
pub(crate) struct Backlog {
    blocks: VecDeque<PackedEvents>,
    /// Memory of all blocks but the last.
    octets: usize,
}

impl Backlog {
    pub(crate) fn push(&mut self, event: &QueryEvent) {
        if self.blocks.back().is_none_or(|last| last.len() == BLOCK || !last.takes(event)) {
            self.octets += self.blocks.back().map_or(0, PackedEvents::octets);
            self.blocks.push_back(PackedEvents::with_capacity(BLOCK));
        }
        if let Some(last) = self.blocks.back_mut() {
            last.push(event);
        }
    }

    /// The oldest of them, at most [`BLOCK`].
    pub(crate) fn pop(&mut self) -> Option<PackedEvents> {
        let block = self.blocks.pop_front()?;
        if !self.blocks.is_empty() {
            self.octets -= block.octets();
        }
        Some(block)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Memory they take.
    pub(crate) fn octets(&self) -> usize {
        self.octets + self.blocks.back().map_or(0, PackedEvents::octets)
    }

    /// When the oldest was, microseconds since 1970 UTC.
    pub(crate) fn oldest_at(&self) -> Option<i64> {
        self.blocks.iter().filter_map(PackedEvents::oldest_at).min()
    }
}

#[cfg(test)]
mod tests {
    use model::event::Transport;

    use super::*;

    #[test]
    fn the_oldest_come_out_first_and_views_stay_apart() {
        let mut backlog = Backlog::default();
        let view = |at: i64| if at < 1500 { 1 } else { 2 };
        for at in 0..3000 {
            let mut event = QueryEvent::new(at, "192.0.2.1:53".parse().unwrap(), Transport::Udp);
            event.generation = view(at);
            backlog.push(&event);
        }
        assert_eq!(backlog.oldest_at(), Some(0));
        let mut next = 0;
        while let Some(block) = backlog.pop() {
            for event in block.iter() {
                assert_eq!((event.at, event.generation), (next, view(next)));
                next += 1;
            }
            assert_eq!(backlog.oldest_at(), (next < 3000).then_some(next));
        }
        assert_eq!(next, 3000);
        assert!(backlog.is_empty() && backlog.octets() == 0 && backlog.oldest_at().is_none());
    }
}
