//! Which node answers for a name (RFC 1034 section 4.3.2 as RFC 4592 section 3.3.1 states it).

use model::name::MAX_WIRE;

use crate::tree::{Node, Tree};

/// What a name is to this server.
pub enum Found<'a> {
    /// In no zone of ours.
    Outside,
    /// In a zone, and not there.
    Missing {
        /// Index of the zone.
        zone: usize,
    },
    /// There, by itself or through a wildcard.
    Node(&'a Node),
}

/// A name in lower case, on the stack.
#[derive(Clone, Copy)]
pub struct Lowered {
    octets: [u8; MAX_WIRE],
    length: usize,
}

impl Lowered {
    /// Lowers a name in wire format of at most 255 octets. Lengths of labels are no letters and stay as they are.
    pub fn new(name: &[u8]) -> Lowered {
        let mut octets = [0; MAX_WIRE];
        let length = name.len().min(MAX_WIRE);
        octets[..length].copy_from_slice(&name[..length]);
        octets[..length].make_ascii_lowercase();
        Lowered { octets, length }
    }

    /// The name.
    pub fn wire(&self) -> &[u8] {
        &self.octets[..self.length]
    }
}

/// Finds a name.
pub fn find<'a>(tree: &'a Tree, name: &[u8]) -> Found<'a> {
    if let Some(node) = tree.get(name) {
        return Found::Node(node);
    }
    // The closest encloser: the longest part from the right that exists.
    let mut rest = name;
    while let Some((&length, _)) = rest.split_first()
        && length != 0
    {
        rest = rest.get(1 + usize::from(length)..).unwrap_or_default();
        let Some(encloser) = tree.get(rest) else { continue };
        if encloser.has_wildcard {
            let mut wildcard = [0; MAX_WIRE + 2];
            wildcard[..2].copy_from_slice(b"\x01*");
            wildcard[2..2 + rest.len()].copy_from_slice(rest);
            if let Some(node) = tree.get(&wildcard[..2 + rest.len()]) {
                return Found::Node(node);
            }
        }
        return Found::Missing { zone: encloser.zone };
    }
    Found::Outside
}
