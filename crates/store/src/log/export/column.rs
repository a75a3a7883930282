//! The columns of an export: of each its name, its kind, and how it is read from a row.

use std::net::IpAddr;

use ipnet::IpNet;
use model::event::Transport;
use model::row::Class;
use model::rrtype::{Rcode, RrType};

use super::binary::Record;
use super::text;

/// One column of an export.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What its cells are.
    pub kind: Kind,
    pub(super) read: for<'a> fn(&Record<'a>) -> Cell<'a>,
}

impl Column {
    pub(super) const fn new(
        name: &'static str,
        kind: Kind,
        read: for<'a> fn(&Record<'a>) -> Cell<'a>,
    ) -> Self {
        Column { name, kind, read }
    }

    /// The cell of a row.
    pub fn cell<'a>(&self, record: &Record<'a>) -> Cell<'a> {
        (self.read)(record)
    }
}

/// What the cells of a column are where values have types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number with three decimals.
    Thousandths,
    /// A condition.
    Flag,
    /// A moment, microseconds since 1970 UTC.
    Moment,
}

/// One value on its way into a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    None,
    /// A text that somebody else may have chosen. An empty one is nothing.
    Foreign(&'a str),
    /// A text of a form that cannot be a formula. An empty one is nothing.
    Text(&'a str),
    /// A name of the protocol: what stands before it, the name, and its number where it has no name of its own.
    Name(&'static str, &'static str, Option<i32>),
    /// An address.
    Address(IpAddr),
    /// A network.
    Network(IpNet),
    /// An object of JSON.
    Json(&'static str),
    /// A whole number.
    Integer(i64),
    /// A number of thousandths.
    Thousandths(i64),
    /// A condition.
    Flag(bool),
    /// Microseconds since 1970 UTC.
    Moment(i64),
}

impl<'a> Cell<'a> {
    /// The text of a cell of [`Kind::Text`], written into `scratch` where it is not there yet; none when there is
    /// nothing.
    pub fn text<'s>(&self, scratch: &'s mut Vec<u8>) -> Option<&'s str>
    where
        'a: 's,
    {
        scratch.clear();
        match *self {
            Cell::Foreign(text) | Cell::Text(text) => return Some(text).filter(|text| !text.is_empty()),
            Cell::Json(text) | Cell::Name("", text, None) => return Some(text),
            Cell::Name(prefix, name, number) => text::name(scratch, prefix, name, number),
            Cell::Address(address) => text::address(scratch, address),
            Cell::Network(network) => text::network(scratch, network),
            Cell::None | Cell::Integer(_) | Cell::Thousandths(_) | Cell::Flag(_) | Cell::Moment(_) => {
                return None;
            }
        }
        std::str::from_utf8(scratch).ok()
    }
}

/// Each column of the `compact` order, in the order of the contract.
pub static COMPACT: [Column; 18] = [
    Column::new("ts", Kind::Moment, |r| Cell::Moment(r.at)),
    Column::new("site", Kind::Text, |r| Cell::Foreign(r.site)),
    Column::new("client_ip", Kind::Text, |r| Cell::Address(r.client)),
    Column::new("client_port", Kind::Integer, |r| Cell::Integer(r.port.into())),
    Column::new("transport", Kind::Text, |r| transport(r).map_or(Cell::None, |t| Cell::Text(t.as_str()))),
    Column::new("fqdn", Kind::Text, |r| Cell::Foreign(r.fqdn)),
    Column::new("qtype", Kind::Text, |r| rr_type("", r.qtype)),
    Column::new("rcode", Kind::Text, rcode),
    Column::new("significant", Kind::Flag, |r| Cell::Flag(!r.significance.is_empty())),
    Column::new("significance", Kind::Text, |r| Cell::Foreign(r.significance)),
    Column::new("service", Kind::Text, |r| Cell::Foreign(r.service.unwrap_or_default())),
    Column::new("pool", Kind::Text, |r| Cell::Foreign(r.pool.unwrap_or_default())),
    Column::new("member", Kind::Text, |r| r.member.map_or(Cell::None, Cell::Address)),
    Column::new("answers", Kind::Text, |r| Cell::Text(r.answers)),
    Column::new("ttl", Kind::Integer, |r| Cell::Integer(r.ttl)),
    Column::new("ecs", Kind::Text, |r| r.ecs.map_or(Cell::None, Cell::Network)),
    Column::new("generation", Kind::Integer, |r| Cell::Integer(r.generation)),
    Column::new("latency_us", Kind::Integer, |r| Cell::Integer(r.latency_us)),
];

/// Columns there are beside the compact ones, for whoever asks for them by name.
pub static MORE: [Column; 2] = [
    Column::new("stands_for", Kind::Integer, |r| Cell::Integer(r.stands_for)),
    Column::new("class", Kind::Text, |r| class(r).map_or(Cell::None, |class| Cell::Text(class.as_str()))),
];

pub(super) fn transport(record: &Record<'_>) -> Option<Transport> {
    Transport::ALL.get(usize::try_from(record.transport).ok()?).copied()
}

pub(super) fn class(record: &Record<'_>) -> Option<Class> {
    Class::ALL.get(usize::try_from(record.class).ok()?).copied()
}

/// The name of a type behind a prefix.
pub(super) fn rr_type(prefix: &'static str, number: i32) -> Cell<'static> {
    match RrType::NAMED.iter().find(|(_, named)| i32::from(*named) == number) {
        Some((name, _)) => Cell::Name(prefix, name, None),
        None => Cell::Name(prefix, "TYPE", Some(number)),
    }
}

fn rcode<'a>(record: &Record<'a>) -> Cell<'a> {
    let number = record.rcode as u16;
    match Rcode::NAMED.iter().find(|(_, named)| *named == number) {
        Some((name, _)) => Cell::Name("", name, None),
        None if number == Rcode::DROPPED.0 => Cell::Text("DROPPED"),
        None => Cell::Name("", "RCODE", Some(i32::from(number))),
    }
}
