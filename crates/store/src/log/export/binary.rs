//! PostgreSQL's binary COPY read back (documentation of COPY, "Binary Format"): octets in pieces of any size become
//! whole rows, and a row its values. Every length is held against what is there before it is believed.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::error::StoreError;
use crate::log::copy::{EPOCH_2000_US, FAMILY_V4, FAMILY_V6, SIGNATURE};

/// What [`Record`] reads, in its order.
pub const COLUMNS: &str = "id, at, site, client, port, transport, fqdn, qtype, rcode, class, significance, service, \
                           pool, member, answers, ttl, ecs, generation, latency_us, stands_for";
const FIELDS: usize = 20;
/// Longest row that is taken, octets. A name in presentation form has about a thousand.
const MAX_ROW: usize = 1 << 20;
/// Longest extension of the header that is skipped, octets. PostgreSQL writes none.
const MAX_EXTENSION: usize = 1 << 16;
/// Bits of the header's flags that a reader has to understand.
const CRITICAL: u32 = 0xffff_0000;

/// One row of the log, borrowed from its batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record<'a> {
    /// Its number.
    pub id: i64,
    /// Microseconds since 1970 UTC.
    pub at: i64,
    /// The site that answered.
    pub site: &'a str,
    /// Who asked.
    pub client: IpAddr,
    /// From which port.
    pub port: i32,
    /// Place in `Transport::ALL`.
    pub transport: i16,
    /// The name in presentation form.
    pub fqdn: &'a str,
    /// Type asked for.
    pub qtype: i32,
    /// Code answered.
    pub rcode: i16,
    /// Place in `Class::ALL`.
    pub class: i16,
    /// Why it is significant; empty when it is not.
    pub significance: &'a str,
    /// Service, when the name is one.
    pub service: Option<&'a str>,
    /// Pool of the first member answered.
    pub pool: Option<&'a str>,
    /// First member answered.
    pub member: Option<IpAddr>,
    /// Addresses answered.
    pub answers: &'a str,
    /// Seconds.
    pub ttl: i64,
    /// The client's network.
    pub ecs: Option<IpNet>,
    /// Generation that decided.
    pub generation: i64,
    /// Microseconds.
    pub latency_us: i64,
    /// Queries the row stands for.
    pub stands_for: i64,
}

/// Whole rows, as PostgreSQL wrote them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    octets: Vec<u8>,
    rows: u64,
}

impl Batch {
    /// How many rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The rows, in their order. The first that cannot be read ends them.
    pub fn records(&self) -> impl Iterator<Item = Result<Record<'_>, StoreError>> {
        let mut left = Fields(&self.octets);
        std::iter::from_fn(move || {
            if left.0.is_empty() {
                return None;
            }
            let record = left.record();
            if record.is_err() {
                left.0 = &[];
            }
            Some(record)
        })
    }
}

/// Gathers pieces into batches.
#[derive(Debug, Default)]
pub struct Reader {
    held: Vec<u8>,
    /// Octets of `held` that are whole rows.
    whole: usize,
    rows: u64,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Header,
    Rows,
    Ended,
}

impl Reader {
    /// Takes the next piece.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), StoreError> {
        self.held.extend_from_slice(piece);
        if self.state == State::Header {
            let Some(length) = header(&self.held)? else { return Ok(()) };
            self.held.drain(..length);
            self.state = State::Rows;
        }
        while self.state == State::Rows {
            match row_end(&self.held[self.whole..])? {
                End::After(length) => {
                    self.whole += length;
                    self.rows += 1;
                }
                End::Trailer => self.state = State::Ended,
                End::Unknown => break,
            }
        }
        match self.state {
            State::Ended if self.held.len() > self.whole + 2 => Err(damaged("octets after its end")),
            _ => Ok(()),
        }
    }

    /// Octets of whole rows that wait to be taken.
    pub fn waiting(&self) -> usize {
        self.whole
    }

    /// The whole rows so far.
    pub fn take(&mut self) -> Batch {
        let rest = self.held.split_off(self.whole);
        let octets = std::mem::replace(&mut self.held, rest);
        self.whole = 0;
        Batch { octets, rows: std::mem::take(&mut self.rows) }
    }

    /// The last rows; an error when the stream ended before its trailer.
    pub fn finish(mut self) -> Result<Batch, StoreError> {
        match self.state {
            State::Ended => Ok(self.take()),
            _ => Err(damaged("no end")),
        }
    }
}

/// Length of the header; none while it is not whole.
fn header(octets: &[u8]) -> Result<Option<usize>, StoreError> {
    let known = octets.len().min(SIGNATURE.len());
    if octets[..known] != SIGNATURE[..known] {
        return Err(damaged("another signature"));
    }
    let mut rest = Fields(&octets[known..]);
    let (Ok(flags), Ok(extension)) = (rest.int(), rest.int()) else { return Ok(None) };
    if flags as u32 & CRITICAL != 0 {
        return Err(damaged("flags that are not known"));
    }
    let extension = usize::try_from(extension).ok().filter(|length| *length <= MAX_EXTENSION);
    let length = SIGNATURE.len() + 8 + extension.ok_or_else(|| damaged("a header of impossible length"))?;
    Ok(Some(length).filter(|length| *length <= octets.len()))
}

enum End {
    /// The row has this many octets.
    After(usize),
    /// There is no row, but the end.
    Trailer,
    /// More has to come first.
    Unknown,
}

fn row_end(octets: &[u8]) -> Result<End, StoreError> {
    let Some(count) = octets.first_chunk().map(|count| i16::from_be_bytes(*count)) else {
        return Ok(End::Unknown);
    };
    if count == -1 {
        return Ok(End::Trailer);
    }
    if count != FIELDS as i16 {
        return Err(damaged("a row with another number of fields"));
    }
    let mut at = 2;
    for _ in 0..FIELDS {
        let Some(length) = octets.get(at..).and_then(|rest| rest.first_chunk()) else {
            return Ok(End::Unknown);
        };
        at += 4 + match i32::from_be_bytes(*length) {
            -1 => 0,
            length => usize::try_from(length).map_err(|_| damaged("a field of negative length"))?,
        };
        if at > MAX_ROW {
            return Err(damaged("a row that is too long"));
        }
    }
    Ok(if at <= octets.len() { End::After(at) } else { End::Unknown })
}

/// What is still to read of a row.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn record(&mut self) -> Result<Record<'a>, StoreError> {
        if self.raw()? != (FIELDS as i16).to_be_bytes() {
            return Err(damaged("a row with another number of fields"));
        }
        Ok(Record {
            id: self.bigint()?,
            at: self.bigint()?.checked_add(EPOCH_2000_US).ok_or_else(|| damaged("a time without end"))?,
            site: self.text()?,
            client: self.address()?.ok_or_else(|| damaged("a row without a client"))?.addr(),
            port: self.integer()?,
            transport: self.smallint()?,
            fqdn: self.text()?,
            qtype: self.integer()?,
            rcode: self.smallint()?,
            class: self.smallint()?,
            significance: self.text()?,
            service: self.optional_text()?,
            pool: self.optional_text()?,
            member: self.address()?.map(|network| network.addr()),
            answers: self.text()?,
            ttl: self.bigint()?,
            ecs: self.address()?,
            generation: self.bigint()?,
            latency_us: self.bigint()?,
            stands_for: self.bigint()?,
        })
    }

    fn raw<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let (octets, rest) = self.0.split_first_chunk().ok_or_else(|| damaged("a row that is cut off"))?;
        self.0 = rest;
        Ok(*octets)
    }

    fn int(&mut self) -> Result<i32, StoreError> {
        Ok(i32::from_be_bytes(self.raw()?))
    }

    fn field(&mut self) -> Result<Option<&'a [u8]>, StoreError> {
        let length = match self.int()? {
            -1 => return Ok(None),
            length => usize::try_from(length).map_err(|_| damaged("a field of negative length"))?,
        };
        let (field, rest) =
            self.0.split_at_checked(length).ok_or_else(|| damaged("a row that is cut off"))?;
        self.0 = rest;
        Ok(Some(field))
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let field = self.field()?.and_then(|field| field.try_into().ok());
        field.ok_or_else(|| damaged("a number of another size"))
    }

    fn smallint(&mut self) -> Result<i16, StoreError> {
        Ok(i16::from_be_bytes(self.fixed()?))
    }

    fn integer(&mut self) -> Result<i32, StoreError> {
        Ok(i32::from_be_bytes(self.fixed()?))
    }

    fn bigint(&mut self) -> Result<i64, StoreError> {
        Ok(i64::from_be_bytes(self.fixed()?))
    }

    fn text(&mut self) -> Result<&'a str, StoreError> {
        self.optional_text()?.ok_or_else(|| damaged("a text that is missing"))
    }

    fn optional_text(&mut self) -> Result<Option<&'a str>, StoreError> {
        let Some(field) = self.field()? else { return Ok(None) };
        std::str::from_utf8(field).map(Some).map_err(|_| damaged("a text that is not UTF-8"))
    }

    /// `inet`: family, length of the prefix, whether it is a `cidr`, length of the address, the address.
    fn address(&mut self) -> Result<Option<IpNet>, StoreError> {
        let Some(field) = self.field()? else { return Ok(None) };
        let (address, prefix) = match field {
            [FAMILY_V4, prefix, _, 4, rest @ ..] => (<[u8; 4]>::try_from(rest).map(IpAddr::from), *prefix),
            [FAMILY_V6, prefix, _, 16, rest @ ..] => (<[u8; 16]>::try_from(rest).map(IpAddr::from), *prefix),
            _ => return Err(damaged("an address of another form")),
        };
        let network = address.ok().and_then(|address| IpNet::new(address, prefix).ok());
        network.map(Some).ok_or_else(|| damaged("an address of another form"))
    }
}

fn damaged(what: &str) -> StoreError {
    StoreError::Unreadable(format!("PostgreSQL's COPY has {what}"))
}

#[cfg(test)]
#[path = "binary/tests.rs"]
mod tests;
