//! Which node answers for a name (RFC 1034 section 4.3.2 as RFC 4592 section 3.3.1 and RFC 6672 section 3.2 state it).

use model::name::MAX_WIRE;
use model::rrtype::RrType;

use crate::tree::{Above, Node, Place, Tree};

/// What a name is to this server.
#[derive(Debug)]
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
    /// The apex of a zone of ours, asked for what only its parent zone, ours as well, can say.
    Above(&'a Above),
    /// At or below a name that others are authoritative for.
    Delegated(Broken<'a>),
    /// Below a name with a DNAME.
    Renamed(Broken<'a>),
}

impl Found<'_> {
    /// Index of the zone that answers; none outside every zone.
    pub fn zone(&self) -> Option<usize> {
        match self {
            Found::Outside => None,
            Found::Missing { zone } => Some(*zone),
            Found::Node(node) => Some(node.zone),
            Found::Above(above) => Some(above.zone),
            Found::Delegated(at) | Found::Renamed(at) => Some(at.node.zone),
        }
    }
}

/// Where a zone's own data ends.
#[derive(Clone, Copy, Debug)]
pub struct Broken<'a> {
    /// The name that is delegated or renamed, in wire format.
    pub owner: &'a [u8],
    /// Its node.
    pub node: &'a Node,
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

/// Finds a name that is asked for records of `qtype`.
pub fn find<'a>(tree: &'a Tree, name: &[u8], qtype: RrType) -> Found<'a> {
    if let Some(node) = tree.get(name) {
        return match node.place {
            Place::Own | Place::AtDname(_) => match &node.above {
                Some(above) if qtype == RrType::DS => Found::Above(above),
                _ => Found::Node(node),
            },
            // DS is the one type that the parent's side of a cut answers for (RFC 4035 section 3.1.4.1).
            Place::AtCut(_) if qtype == RrType::DS => Found::Node(node),
            Place::AtCut(number) | Place::BelowCut(number) => broken(tree, number, Found::Delegated),
            Place::BelowDname(number) => broken(tree, number, Found::Renamed),
        };
    }
    // The closest encloser: the longest part from the right that exists.
    let mut rest = name;
    while let Some((&length, _)) = rest.split_first()
        && length != 0
    {
        rest = rest.get(1 + usize::from(length)..).unwrap_or_default();
        let Some(encloser) = tree.get(rest) else { continue };
        return match encloser.place {
            Place::AtCut(number) | Place::BelowCut(number) => broken(tree, number, Found::Delegated),
            Place::AtDname(number) | Place::BelowDname(number) => broken(tree, number, Found::Renamed),
            Place::Own => match wildcard(tree, encloser, rest) {
                Some(node) => Found::Node(node),
                None => Found::Missing { zone: encloser.zone },
            },
        };
    }
    Found::Outside
}

fn broken<'a>(tree: &'a Tree, number: u32, found: fn(Broken<'a>) -> Found<'a>) -> Found<'a> {
    tree.break_at(number).map_or(Found::Outside, |(owner, node)| found(Broken { owner: owner.wire(), node }))
}

/// The source of synthesis below `encloser`, whose name is `name`.
fn wildcard<'a>(tree: &'a Tree, encloser: &Node, name: &[u8]) -> Option<&'a Node> {
    if !encloser.has_wildcard {
        return None;
    }
    let mut wildcard = [0; MAX_WIRE + 2];
    wildcard[..2].copy_from_slice(b"\x01*");
    wildcard[2..2 + name.len()].copy_from_slice(name);
    tree.get(&wildcard[..2 + name.len()])
}
