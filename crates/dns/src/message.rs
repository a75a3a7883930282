//! The wire as the fast path reads and writes it (RFC 1035 section 4, RFC 6891, RFC 7871).

mod edns;
mod query;
mod reply;

pub use edns::{Edns, ExtendedError, Opt};
pub use query::{Query, Read, name_end, read};
pub use reply::Reply;

/// Length of a header (RFC 1035 section 4.1.1), octets.
pub const HEADER: usize = 12;
/// Class IN (RFC 1035 section 3.2.4).
pub const IN: u16 = 1;
/// Largest UDP answer sent or advertised (DNS Flag Day 2020, RFC 9715), octets.
pub const MAX_UDP: usize = 1232;
/// Largest UDP answer to a query without EDNS (RFC 1035 section 4.2.1), octets.
pub const PLAIN_UDP: usize = 512;
/// Largest message over TCP, octets.
pub const MAX_TCP: usize = 65_535;

/// A 16-bit number at `at`, if the packet reaches so far.
fn be16(packet: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*packet.get(at)?, *packet.get(at + 1)?]))
}
