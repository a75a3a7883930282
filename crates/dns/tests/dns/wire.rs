//! A reader of answers that knows nothing of how they were written.

/// A record as it stands in a message; names in its data are uncompressed there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rr {
    pub owner: Vec<u8>,
    pub rr_type: u16,
    pub class: u16,
    pub ttl: u32,
    pub data: Vec<u8>,
}

/// A message taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    pub header: [u8; 4],
    pub question: Vec<u8>,
    pub answers: Vec<Rr>,
    pub authorities: Vec<Rr>,
    pub additionals: Vec<Rr>,
}

fn be16(octets: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*octets.get(at)?, *octets.get(at + 1)?]))
}

/// A name, and where what follows it begins.
fn name(octets: &[u8], mut at: usize) -> Option<(Vec<u8>, usize)> {
    let (mut out, mut end) = (Vec::new(), None);
    loop {
        let length = *octets.get(at)?;
        if length >= 0xc0 {
            let target = usize::from(be16(octets, at)? & 0x3fff);
            end.get_or_insert(at + 2);
            if target >= at {
                return None;
            }
            at = target;
            continue;
        }
        let label = octets.get(at..at + 1 + usize::from(length))?;
        out.extend_from_slice(label);
        at += label.len();
        if length == 0 {
            return (out.len() <= 255).then_some((out, end.unwrap_or(at)));
        }
        if length > 63 {
            return None;
        }
    }
}

fn section(octets: &[u8], at: &mut usize, count: u16) -> Option<Vec<Rr>> {
    let mut out = Vec::new();
    for _ in 0..count {
        let (owner, fixed) = name(octets, *at)?;
        let ttl = u32::from(be16(octets, fixed + 4)?) << 16 | u32::from(be16(octets, fixed + 6)?);
        let length = usize::from(be16(octets, fixed + 8)?);
        let data = octets.get(fixed + 10..fixed + 10 + length)?.to_vec();
        let (rr_type, class) = (be16(octets, fixed)?, be16(octets, fixed + 2)?);
        out.push(Rr { owner, rr_type, class, ttl, data });
        *at = fixed + 10 + length;
    }
    Some(out)
}

/// Takes a message apart, to its last octet; none when it is not well formed.
pub fn parse(octets: &[u8]) -> Option<Parsed> {
    let header = octets.get(..4)?.try_into().ok()?;
    let mut at = 12;
    let questions = be16(octets, 4)?;
    for _ in 0..questions {
        at = name(octets, at)?.1 + 4;
    }
    let question = octets.get(12..at)?.to_vec();
    let answers = section(octets, &mut at, be16(octets, 6)?)?;
    let authorities = section(octets, &mut at, be16(octets, 8)?)?;
    let additionals = section(octets, &mut at, be16(octets, 10)?)?;
    (at == octets.len()).then_some(Parsed { header, question, answers, authorities, additionals })
}
