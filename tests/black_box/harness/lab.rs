//! The lab of `examples/lab.yaml`, as it stands and in the forms that tests need.

use super::load::Tally;

/// Where it is.
pub const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/lab.yaml");
/// Its text.
pub const TEXT: &str = include_str!("../../../examples/lab.yaml");
/// Its one service.
pub const SERVICE: &str = "hello.avi.iberia.local";
/// Its members, heaviest first: 6, 3 and 1.
pub const MEMBERS: [&str; 3] = ["10.10.25.46", "10.10.26.40", "10.10.23.40"];

/// `text` with one piece of it, which has to be there, exchanged.
pub fn edited(text: &str, piece: &str, with: &str) -> String {
    assert!(text.contains(piece), "the lab has no {piece:?} any more");
    text.replacen(piece, with, 1)
}

/// The lab whose service names no monitor: members are not probed, and answers are exact from the first.
pub fn unmonitored() -> String {
    edited(TEXT, "    monitors: [http-hello]\n", "")
}

/// The lab with its members at these addresses and its monitor at this port.
pub fn moved_to(addresses: [&str; 3], port: u16) -> String {
    let moved = MEMBERS.iter().zip(addresses).fold(TEXT.to_owned(), |text, (member, address)| {
        edited(&text, &format!("address: {member}"), &format!("address: {address}"))
    });
    edited(&moved, "port: 80", &format!("port: {port}"))
}

/// This many answers for each of three addresses.
pub fn tally(addresses: [&str; 3], counts: [u64; 3]) -> Tally {
    addresses.iter().map(ToString::to_string).zip(counts).filter(|(_, count)| *count > 0).collect()
}
