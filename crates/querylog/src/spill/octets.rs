//! Numbers, texts and addresses as octets, all lengths said and all numbers little-endian.

use std::net::IpAddr;

use ipnet::IpNet;

/// Writes them one behind the other.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) out: Vec<u8>,
}

impl Writer {
    pub(super) fn octet(&mut self, value: u8) {
        self.out.push(value);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn time(&mut self, value: i64) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn text(&mut self, value: &str) {
        self.u32(value.len() as u32);
        self.out.extend_from_slice(value.as_bytes());
    }

    pub(super) fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.octet(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub(super) fn address(&mut self, value: IpAddr) {
        match value {
            IpAddr::V4(address) => {
                self.octet(4);
                self.out.extend_from_slice(&address.octets());
            }
            IpAddr::V6(address) => {
                self.octet(6);
                self.out.extend_from_slice(&address.octets());
            }
        }
    }

    pub(super) fn network(&mut self, value: IpNet) {
        self.address(value.addr());
        self.octet(value.prefix_len());
    }
}

/// Reads them again; none where the octets end too early or say what cannot be.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(octets: &'a [u8]) -> Self {
        Reader { rest: octets }
    }

    pub(super) fn is_over(&self) -> bool {
        self.rest.is_empty()
    }

    fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*first)
    }

    pub(super) fn octet(&mut self) -> Option<u8> {
        self.fixed::<1>().map(|[octet]| octet)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.fixed().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.fixed().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.fixed().map(u64::from_le_bytes)
    }

    pub(super) fn time(&mut self) -> Option<i64> {
        self.fixed().map(i64::from_le_bytes)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = self.u32()? as usize;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        std::str::from_utf8(text).ok()
    }

    pub(super) fn maybe<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.octet()? {
            0 => Some(None),
            1 => read(self).map(Some),
            _ => None,
        }
    }

    pub(super) fn address(&mut self) -> Option<IpAddr> {
        match self.octet()? {
            4 => self.fixed::<4>().map(IpAddr::from),
            6 => self.fixed::<16>().map(IpAddr::from),
            _ => None,
        }
    }

    pub(super) fn network(&mut self) -> Option<IpNet> {
        let address = self.address()?;
        IpNet::new(address, self.octet()?).ok()
    }
}
