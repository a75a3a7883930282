//! The table of all names, which can be looked into step by step.
//!
//! What a lookup reads lies in three places: the tags of the table, the entry, and the name itself. A [`Spot`] stands
//! between the first and the second, so that a caller with many names at hand lets their waits for memory overlap.

use std::hash::BuildHasher;
use std::hint::black_box;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::tree::Node;

/// Names in lower-case wire format, with their nodes.
#[derive(Debug, Default)]
pub struct Nodes {
    table: HashTable<Entry>,
    // Keys are the operator's and lookups insert nothing, so a fast seeded hash is enough.
    hasher: RandomState,
}

#[derive(Debug)]
struct Entry {
    name: Box<[u8]>,
    node: Node,
}

/// Where a name is, unless another has the same tag. Nothing of it has been read.
#[derive(Clone, Copy)]
pub struct Spot<'a>(&'a Entry);

impl<'a> Spot<'a> {
    /// Reads the entry.
    pub fn entry(self) -> &'a Node {
        black_box(self.0.name.len());
        &self.0.node
    }

    /// Reads the name.
    pub fn name(self) {
        black_box(self.0.name.first().copied());
    }
}

impl Nodes {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Makes room for so many more.
    pub fn reserve(&mut self, more: usize) {
        let hasher = &self.hasher;
        self.table.reserve(more, |entry| hasher.hash_one(&*entry.name));
    }

    /// What a name is found by.
    pub fn hash(&self, name: &[u8]) -> u64 {
        self.hasher.hash_one(name)
    }

    /// Where the name of a hash is.
    pub fn spot(&self, hash: u64) -> Option<Spot<'_>> {
        self.table.find(hash, |_| true).map(Spot)
    }

    /// The node of a name.
    pub fn get(&self, name: &[u8]) -> Option<&Node> {
        self.table.find(self.hash(name), |entry| *entry.name == *name).map(|entry| &entry.node)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, name: &[u8]) -> Option<&mut Node> {
        let hash = self.hash(name);
        self.table.find_mut(hash, |entry| *entry.name == *name).map(|entry| &mut entry.node)
    }

    /// Puts in a name that is not there.
    pub fn insert(&mut self, name: &[u8], node: Node) {
        let (hash, hasher) = (self.hash(name), &self.hasher);
        let entry = Entry { name: name.into(), node };
        self.table.insert_unique(hash, entry, |entry| hasher.hash_one(&*entry.name));
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &Node)> {
        self.table.iter().map(|entry| (&*entry.name, &entry.node))
    }

    /// All of them, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&[u8], &mut Node)> {
        self.table.iter_mut().map(|entry| (&*entry.name, &mut entry.node))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_their_spots_are_theirs() {
        let mut nodes = Nodes::default();
        let name = |n: usize| format!("\x04n{n:03}\x07example\x00").into_bytes();
        for n in 0..1000 {
            nodes.insert(&name(n), Node { zone: n, ..Node::default() });
        }
        assert_eq!(nodes.len(), 1000);
        for n in 0..1000 {
            assert_eq!(nodes.get(&name(n)).unwrap().zone, n);
            nodes.get_mut(&name(n)).unwrap().zone += 1;
        }
        assert!(nodes.get(b"\x04n000\x07example").is_none() && nodes.get(&[]).is_none());
        // Tags have seven bits: a spot is rarely another name's.
        let right = (0..1000).filter(|n| {
            nodes.spot(nodes.hash(&name(*n))).is_some_and(|spot| {
                spot.name();
                spot.entry().zone == n + 1
            })
        });
        assert!(right.count() > 900);
        assert_eq!(nodes.iter().map(|(_, node)| node.zone).sum::<usize>(), 500_500);
    }
}
