//! What rate limiting has to know of a packet, read without answering it.

use model::rrtype::RrType;

use crate::cookie;
use crate::message::{HEADER, MAX_UDP, name_end};

/// Option code of a cookie (RFC 7873 section 4).
const COOKIE: u16 = 10;

/// A query seen from outside: its question, and the OPT record when it follows at once, as resolvers send it.
pub(crate) struct Outline<'a> {
    packet: &'a [u8],
    /// Where the question ends; none when there is no whole one.
    question_end: Option<usize>,
    opt: Option<Opt<'a>>,
}

struct Opt<'a> {
    dnssec_ok: bool,
    cookie: Option<&'a [u8]>,
}

impl<'a> Outline<'a> {
    /// Reads a packet; none when it is no query, which nothing is sent to anyway.
    pub fn read(packet: &'a [u8]) -> Option<Outline<'a>> {
        if packet.len() < HEADER || packet[2] & 0x80 != 0 {
            return None;
        }
        let one_question = packet[2] & 0x78 == 0 && packet[4..6] == [0, 1];
        let question_end = if one_question { question_end(packet) } else { None };
        let direct = packet[6..HEADER - 2] == [0; 4];
        let opt = question_end.filter(|_| direct).and_then(|end| read_opt(packet.get(end..)?));
        Some(Outline { packet, question_end, opt })
    }

    /// The name asked for, uncompressed, and the type.
    pub fn question(&self) -> Option<(&'a [u8], RrType)> {
        // Type and class take four octets behind the name.
        let name_end = self.question_end?.checked_sub(4)?;
        Some((self.packet.get(HEADER..name_end)?, RrType(be16(self.packet, name_end)?)))
    }

    /// The cookie option, whatever its length.
    pub fn cookie(&self) -> Option<&'a [u8]> {
        self.opt.as_ref()?.cookie
    }

    /// Writes the reply that makes a client come back over TCP: the question with TC, and an OPT for an OPT (RFC 6891
    /// section 6.1.1), with the `cookie` that lets the client prove itself the next time. None without a question.
    pub fn truncated(&self, cookie: Option<[u8; cookie::FULL]>, out: &mut Vec<u8>) -> Option<()> {
        let question = self.packet.get(HEADER..self.question_end?)?;
        out.clear();
        out.extend_from_slice(&self.packet[..2]);
        // QR, TC, and RD as it came; one question and perhaps an additional record.
        out.extend_from_slice(&[0x82 | (self.packet[2] & 0x01), 0, 0, 1, 0, 0, 0, 0, 0]);
        out.push(u8::from(self.opt.is_some()));
        out.extend_from_slice(question);
        if let Some(opt) = &self.opt {
            out.push(0);
            out.extend_from_slice(&RrType::OPT.0.to_be_bytes());
            out.extend_from_slice(&(MAX_UDP as u16).to_be_bytes());
            out.extend_from_slice(&[0, 0, if opt.dnssec_ok { 0x80 } else { 0 }, 0]);
            let length = cookie.map_or(0, |cookie| 4 + cookie.len());
            out.extend_from_slice(&(length as u16).to_be_bytes());
            if let Some(cookie) = cookie {
                out.extend_from_slice(&COOKIE.to_be_bytes());
                out.extend_from_slice(&(cookie.len() as u16).to_be_bytes());
                out.extend_from_slice(&cookie);
            }
        }
        Some(())
    }
}

fn be16(octets: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(octets.get(at..at + 2)?.try_into().ok()?))
}

/// Where the question ends, its type and class included.
fn question_end(packet: &[u8]) -> Option<usize> {
    name_end(packet).map(|end| end + 4).filter(|end| *end <= packet.len())
}

/// An OPT record at the front of `record` (RFC 6891 section 6.1.2).
fn read_opt(record: &[u8]) -> Option<Opt<'_>> {
    if *record.first()? != 0 || be16(record, 1)? != RrType::OPT.0 {
        return None;
    }
    let mut options = record.get(11..11 + usize::from(be16(record, 9)?))?;
    let mut opt = Opt { dnssec_ok: record[7] & 0x80 != 0, cookie: None };
    while let (Some(code), Some(length)) = (be16(options, 0), be16(options, 2)) {
        let end = 4 + usize::from(length);
        let Some(data) = options.get(4..end) else { break };
        if code == COOKIE {
            opt.cookie = Some(data);
            break;
        }
        options = &options[end..];
    }
    Some(opt)
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::Message;
    use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
    use proptest::prelude::*;

    use super::*;

    /// `Ab.org A`, recursion desired, with these octets behind the question.
    fn query(additional: u8, rest: &[u8]) -> Vec<u8> {
        let header = [0x12, 0x34, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, additional];
        [&header[..], b"\x02Ab\x03org\0\0\x01\0\x01", rest].concat()
    }

    /// OPT, DO set, with an NSID option before a client's cookie.
    const OPT: &[u8] = b"\0\0\x29\x04\xd0\0\0\x80\0\0\x10\0\x03\0\0\0\x0a\0\x0801234567";

    #[test]
    fn a_truncated_reply_is_one_an_independent_parser_reads() {
        let packet = query(1, OPT);
        let outline = Outline::read(&packet).unwrap();
        assert_eq!(outline.question(), Some((&b"\x02Ab\x03org\0"[..], RrType::A)));
        assert_eq!(outline.cookie(), Some(&b"01234567"[..]));
        let mut out = vec![7; 9];
        outline.truncated(Some([5; 24]), &mut out).unwrap();
        let message = Message::from_vec(&out).unwrap();
        assert!(message.metadata.truncation && message.metadata.recursion_desired);
        assert!(!message.metadata.authoritative && message.answers.is_empty());
        assert_eq!(
            (message.metadata.id, message.queries[0].name.to_string()),
            (0x1234, "Ab.org.".to_owned())
        );
        let edns = message.edns.as_ref().unwrap();
        assert!(edns.flags().dnssec_ok && edns.version() == 0);
        let cookie = edns.option(EdnsCode::Cookie);
        assert!(matches!(cookie, Some(EdnsOption::Unknown(10, cookie)) if *cookie == [5; 24]));
        // Without EDNS in the query there is none in the reply (RFC 6891 section 7).
        let plain = query(0, &[]);
        Outline::read(&plain).unwrap().truncated(None, &mut out).unwrap();
        assert!(Message::from_vec(&out).unwrap().edns.is_none());
        assert_eq!(out.len(), plain.len(), "nothing is gained by asking");
    }

    #[test]
    fn what_is_no_query_or_has_no_question_is_told_apart() {
        let mut answer = query(0, &[]);
        answer[2] |= 0x80;
        assert!(Outline::read(&answer).is_none() && Outline::read(&answer[..11]).is_none());
        let mut notify = query(0, &[]);
        notify[2] |= 4 << 3;
        for packet in [&notify, &query(0, &[])[..20]] {
            let outline = Outline::read(packet).unwrap();
            assert!(outline.question().is_none() && outline.truncated(None, &mut Vec::new()).is_none());
        }
    }

    proptest! {
        #[test]
        fn no_packet_is_too_wild(
            mut packet in proptest::collection::vec(any::<u8>(), 0..80),
            query in any::<bool>(),
        ) {
            if query && packet.len() >= HEADER {
                packet[2..HEADER].copy_from_slice(&[1, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
            }
            if let Some(outline) = Outline::read(&packet) {
                let mut out = Vec::new();
                let written = outline.truncated(None, &mut out);
                prop_assert_eq!(written.is_some(), outline.question().is_some());
                // The reply is never larger than what was sent for it.
                prop_assert!(out.len() <= packet.len());
                let _ = outline.cookie();
            }
        }
    }
}
