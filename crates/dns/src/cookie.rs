//! DNS cookies (RFC 7873) as RFC 9018 has them made, so that servers of one address and one secret agree.

use std::hash::Hasher;
use std::net::IpAddr;

use siphasher::sip::SipHasher24;

/// Length of a client's part, octets (RFC 7873 section 4).
pub const CLIENT: usize = 8;
/// Length of both parts as this server makes them, octets (RFC 9018 section 4).
pub const FULL: usize = 24;
/// A server part older than this is no longer good, seconds (RFC 9018 section 4.3).
const MAX_AGE: i32 = 3600;
/// One from further in the future is not this server's, seconds.
const MAX_AHEAD: i32 = 300;
/// One older than this is replaced while it is still good, seconds.
const RENEW: i32 = 1800;

/// The secrets: cookies are made with the first, and good by either, so that a secret can be rolled over.
#[derive(Clone, PartialEq, Eq)]
pub struct Cookies {
    secret: [u8; 16],
    previous: Option<[u8; 16]>,
}

impl Default for Cookies {
    /// A secret of this process's own, drawn at random.
    fn default() -> Cookies {
        Cookies { secret: rand::random(), previous: None }
    }
}

impl std::fmt::Debug for Cookies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cookies")
    }
}

/// What a query's cookie is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Both parts.
    pub cookie: [u8; FULL],
    /// Whether the server part that came was good: the client is at the address it writes from.
    pub proven: bool,
}

impl Cookies {
    /// Cookies of this secret; `previous` is taken as well, for the time of a change.
    pub fn new(secret: [u8; 16], previous: Option<[u8; 16]>) -> Cookies {
        Cookies { secret, previous }
    }

    /// Answers the cookie `option` of a client at `address`; `now` is seconds since 1970 UTC. None when its length is
    /// no cookie's (RFC 7873 section 5.2.2).
    pub fn answer(&self, option: &[u8], address: IpAddr, now: u32) -> Option<Answered> {
        let client: [u8; CLIENT] = option.get(..CLIENT)?.try_into().ok()?;
        if !matches!(option.len(), CLIENT | 16..=40) {
            return None;
        }
        let mut proven = false;
        if let Ok(whole) = <[u8; FULL]>::try_from(option) {
            let stamp = u32::from_be_bytes([whole[12], whole[13], whole[14], whole[15]]);
            // Serial number arithmetic (RFC 1982), as RFC 9018 section 4.3 asks for.
            let age = now.wrapping_sub(stamp) as i32;
            let made = |secret: &[u8; 16]| make(&whole[..16], address, secret) == whole;
            let by_present = made(&self.secret);
            proven = (-MAX_AHEAD..=MAX_AGE).contains(&age)
                && whole[CLIENT] == 1
                && (by_present || self.previous.as_ref().is_some_and(made));
            if proven && by_present && age <= RENEW {
                return Some(Answered { cookie: whole, proven });
            }
        }
        let mut open = [0; 16];
        open[..CLIENT].copy_from_slice(&client);
        open[CLIENT] = 1;
        open[12..].copy_from_slice(&now.to_be_bytes());
        Some(Answered { cookie: make(&open, address, &self.secret), proven })
    }
}

/// RFC 9018 section 4: the client's part, version, three octets reserved and the time, then a SipHash-2-4 over all of
/// them and the address.
fn make(open: &[u8], address: IpAddr, secret: &[u8; 16]) -> [u8; FULL] {
    let mut cookie = [0; FULL];
    cookie[..16].copy_from_slice(open);
    let mut hasher = SipHasher24::new_with_key(secret);
    hasher.write(&cookie[..16]);
    match address.to_canonical() {
        IpAddr::V4(ip) => hasher.write(&ip.octets()),
        IpAddr::V6(ip) => hasher.write(&ip.octets()),
    }
    cookie[16..].copy_from_slice(&hasher.finish().to_le_bytes());
    cookie
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.chunks_exact(2).map(octet).collect::<Vec<_>>().try_into().unwrap()
    }

    /// The examples of RFC 9018 appendix A.
    #[test]
    fn cookies_are_those_of_the_rfc() {
        let cookies = Cookies::new(hex("e5e973e5a6b2a43f48e7dc849e37bfcf"), None);
        let at: IpAddr = "198.51.100.100".parse().unwrap();
        let made = cookies.answer(&hex::<8>("2464c4abcf10c957"), at, 1_559_731_985).unwrap();
        assert_eq!(made.cookie, hex("2464c4abcf10c957010000005cf79f111f8130c3eee29480"));
        assert!(!made.proven, "a client's part alone proves nothing");
        // The same client comes back with it, within half an hour: it stays.
        let back = cookies.answer(&made.cookie, at, 1_559_731_985 + 1800).unwrap();
        assert_eq!(back, Answered { cookie: made.cookie, proven: true });
        // 40 minutes later it is replaced while it is good.
        let renewed = cookies.answer(&made.cookie, at, 1_559_734_385).unwrap();
        assert_eq!(renewed.cookie, hex("2464c4abcf10c957010000005cf7a871d4a564a1442aca77"));
        assert!(renewed.proven);
        // Octets reserved for later are hashed as they came (section 4.2).
        let sent: [u8; 24] = hex("fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5");
        let other: IpAddr = "203.0.113.203".parse().unwrap();
        assert!(cookies.answer(&sent, other, 1_559_727_985).unwrap().proven);
    }

    #[test]
    fn a_secret_rolls_over() {
        let at: IpAddr = "2001:db8:220:1:59de:d0f4:8769:82b8".parse().unwrap();
        let (old, new) = (hex("dd3bdf9344b678b185a6f5cb60fca715"), hex("445536bcd2513298075a5d379663c962"));
        let sent: [u8; 24] = hex("22681ab97d52c298010000005cf7c57926556bd0934c72f8");
        let answered = Cookies::new(new, Some(old)).answer(&sent, at, 1_559_741_961).unwrap();
        assert!(answered.proven, "good by the secret before");
        assert_eq!(answered.cookie, hex("22681ab97d52c298010000005cf7c609a6bb79d16625507a"));
        assert!(!Cookies::new(new, None).answer(&sent, at, 1_559_741_961).unwrap().proven);
    }

    #[test]
    fn what_is_no_cookie_is_told_apart() {
        let cookies = Cookies::default();
        assert_eq!(format!("{cookies:?}"), "Cookies", "a secret is never shown");
        let at: IpAddr = "192.0.2.1".parse().unwrap();
        let check = |length: usize| cookies.answer(&vec![7; length], at, 5).is_some();
        for length in [0, 7, 9, 15, 41] {
            assert!(!check(length), "{length}");
        }
        for length in [8, 16, 24, 40] {
            assert!(check(length), "{length}");
        }
    }

    #[test]
    fn a_cookie_is_one_addresss_and_one_times() {
        let cookies = Cookies::default();
        let at = |text: &str| text.parse::<IpAddr>().unwrap();
        let made = cookies.answer(&[1; 8], at("192.0.2.1"), 10_000).unwrap().cookie;
        let proven = |address, now| cookies.answer(&made, at(address), now).unwrap().proven;
        assert!(
            proven("192.0.2.1", 10_000) && proven("::ffff:192.0.2.1", 13_600) && proven("192.0.2.1", 9_700)
        );
        assert!(!proven("192.0.2.2", 10_000) && !proven("192.0.2.1", 13_601) && !proven("192.0.2.1", 9_699));
    }
}
