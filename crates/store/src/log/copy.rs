//! Rows in PostgreSQL's binary COPY format (documentation of COPY, "Binary Format"): a third of the text's size, and
//! nothing to escape.

use std::net::IpAddr;

use bytes::{BufMut, BytesMut};
use ipnet::IpNet;
use model::row::{Class, LogRow};

/// Microseconds from 1970 to PostgreSQL's epoch, 2000-01-01 UTC.
pub const EPOCH_2000_US: i64 = 946_684_800_000_000;
/// Address families of `inet` on the wire: AF_INET, and one more for IPv6, whatever the system's AF_INET6 is.
pub const FAMILY_V4: u8 = 2;
pub const FAMILY_V6: u8 = 3;

/// How every such stream begins.
pub const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";

/// The columns a batch names, in the order the encoder writes them.
pub const COLUMNS: &str = "at, site, client, port, transport, fqdn, qtype, rcode, class, significance, service, \
                           pool, member, answers, ttl, ecs, generation, latency_us, stands_for";
const FIELDS: i16 = 19;

/// A whole COPY stream of these rows.
pub fn encode(site: &str, rows: &[LogRow]) -> BytesMut {
    let mut out = BytesMut::with_capacity(64 + rows.len() * 320);
    out.put_slice(SIGNATURE);
    out.put_i32(0); // flags
    out.put_i32(0); // length of the header's extension
    for row in rows {
        encode_row(&mut out, site, row);
    }
    out.put_i16(-1);
    out
}

fn encode_row(out: &mut BytesMut, site: &str, row: &LogRow) {
    out.put_i16(FIELDS);
    bigint(out, row.at - EPOCH_2000_US);
    text(out, site);
    inet(out, Some(IpNet::from(row.client)));
    integer(out, i32::from(row.port));
    smallint(out, row.transport.index() as i16);
    text(out, &row.fqdn);
    integer(out, i32::from(row.qtype.0));
    smallint(out, super::code(row.rcode.0));
    smallint(out, Class::ALL.iter().position(|c| *c == row.class).unwrap_or(0) as i16);
    text(out, row.significance);
    optional_text(out, row.service.as_deref());
    optional_text(out, row.pool.as_deref());
    inet(out, row.member.map(IpNet::from));
    text(out, &row.answers);
    bigint(out, i64::from(row.ttl));
    inet(out, row.ecs);
    bigint(out, row.generation as i64);
    bigint(out, i64::from(row.latency_us));
    bigint(out, i64::from(row.stands_for));
}

fn smallint(out: &mut BytesMut, value: i16) {
    out.put_i32(2);
    out.put_i16(value);
}

fn integer(out: &mut BytesMut, value: i32) {
    out.put_i32(4);
    out.put_i32(value);
}

fn bigint(out: &mut BytesMut, value: i64) {
    out.put_i32(8);
    out.put_i64(value);
}

fn null(out: &mut BytesMut) {
    out.put_i32(-1);
}

/// Names arrive in presentation form, which is printable ASCII: the text is always valid UTF-8 without NUL.
fn text(out: &mut BytesMut, value: &str) {
    out.put_i32(value.len() as i32);
    out.put_slice(value.as_bytes());
}

fn optional_text(out: &mut BytesMut, value: Option<&str>) {
    match value {
        Some(value) => text(out, value),
        None => null(out),
    }
}

fn inet(out: &mut BytesMut, value: Option<IpNet>) {
    let Some(net) = value else { return null(out) };
    match net.addr() {
        IpAddr::V4(address) => {
            out.put_i32(8);
            out.put_slice(&[FAMILY_V4, net.prefix_len(), 0, 4]);
            out.put_slice(&address.octets());
        }
        IpAddr::V6(address) => {
            out.put_i32(20);
            out.put_slice(&[FAMILY_V6, net.prefix_len(), 0, 16]);
            out.put_slice(&address.octets());
        }
    }
}
