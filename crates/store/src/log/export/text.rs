//! Values as text: the same octets whatever file they go into.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use chrono::{DateTime, Datelike, Timelike};
use ipnet::IpNet;

/// A number in decimal.
pub fn integer(out: &mut Vec<u8>, number: i64) {
    // 19 digits and a sign are the most there can be.
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut left = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// A name of the protocol, with its number where it has none of its own.
pub fn name(out: &mut Vec<u8>, prefix: &str, name: &str, number: Option<i32>) {
    out.extend_from_slice(prefix.as_bytes());
    out.extend_from_slice(name.as_bytes());
    if let Some(number) = number {
        integer(out, number.into());
    }
}

/// A number of thousandths with its three decimals.
pub fn thousandths(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    let number = number.unsigned_abs();
    integer(out, (number / 1000) as i64);
    out.push(b'.');
    padded(out, (number % 1000) as u32, 3);
}

/// An address as PostgreSQL's `host()` writes it: RFC 5952, and addresses of the old "IPv4-compatible" kind (RFC 4291
/// section 2.5.5.1) with dots as well.
pub fn address(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(address) => dotted(out, address),
        IpAddr::V6(address) => match compatible(address) {
            Some(inner) => {
                out.extend_from_slice(b"::");
                dotted(out, inner);
            }
            None => written(out, format_args!("{address}")),
        },
    }
}

/// A network, always with the length of its prefix.
pub fn network(out: &mut Vec<u8>, network: IpNet) {
    address(out, network.addr());
    out.push(b'/');
    integer(out, network.prefix_len().into());
}

fn dotted(out: &mut Vec<u8>, address: Ipv4Addr) {
    for (i, octet) in address.octets().into_iter().enumerate() {
        if i > 0 {
            out.push(b'.');
        }
        integer(out, octet.into());
    }
}

fn compatible(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, high, _] if high != 0 => {
            let [.., a, b, c, d] = address.octets();
            Some(Ipv4Addr::new(a, b, c, d))
        }
        _ => None,
    }
}

/// A vector takes whatever is written.
pub fn written(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

/// Moments in UTC to the microsecond (RFC 3339). Rows come in the order of time, so that a second is written out once
/// and copied for the others within it.
#[derive(Clone, Debug, Default)]
pub struct Moments {
    second: i64,
    prefix: Vec<u8>,
}

impl Moments {
    /// Writes one.
    pub fn write(&mut self, out: &mut Vec<u8>, at: i64) {
        let (second, micros) = (at.div_euclid(1_000_000), at.rem_euclid(1_000_000));
        if self.prefix.is_empty() || self.second != second {
            self.second = second;
            self.prefix.clear();
            seconds(&mut self.prefix, second);
        }
        out.extend_from_slice(&self.prefix);
        padded(out, micros as u32, 6);
        out.push(b'Z');
    }
}

/// Up to and with the point before the fraction.
fn seconds(out: &mut Vec<u8>, second: i64) {
    // What lies beyond the calendar is no time of a query; PostgreSQL's own range ends within it.
    let at = DateTime::from_timestamp(second, 0).unwrap_or_default();
    let (year, month, day) = (at.year(), at.month(), at.day());
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    written(out, format_args!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}."));
}

fn padded(out: &mut Vec<u8>, number: u32, digits: u32) {
    let mut unit = 10_u32.pow(digits - 1);
    while unit > 0 {
        out.push(b'0' + (number / unit % 10) as u8);
        unit /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_have_all_their_digits() {
        for number in [0, 7, 10, -1, 1_234_567_890, i64::MAX, i64::MIN] {
            assert_eq!(text(|out| integer(out, number)), number.to_string());
        }
        for (number, expected) in [(0, "0.000"), (12, "0.012"), (1_234_567, "1234.567"), (-5, "-0.005")] {
            assert_eq!(text(|out| thousandths(out, number)), expected);
        }
    }

    #[test]
    fn addresses_are_short_and_mapped_ones_have_dots() {
        for (written, expected) in [
            ("192.0.2.10", "192.0.2.10"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("::", "::"),
            ("::1", "::1"),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
            ("::192.0.2.1", "::192.0.2.1"),
            ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
        ] {
            assert_eq!(text(|out| address(out, written.parse().unwrap())), expected);
        }
    }

    #[test]
    fn a_second_is_written_anew_when_another_begins() {
        let mut moments = Moments::default();
        let mut said = |at| text(|out| moments.write(out, at));
        assert_eq!(said(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(said(1_795_161_600_000_001), "2026-11-20T08:00:00.000001Z");
        assert_eq!(said(1_795_161_600_999_999), "2026-11-20T08:00:00.999999Z");
        assert_eq!(said(1_795_161_601_000_000), "2026-11-20T08:00:01.000000Z");
        assert_eq!(said(-1), "1969-12-31T23:59:59.999999Z");
    }
}
