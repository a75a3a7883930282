//! Record data read octet by octet; what runs past its end reads as nothing.

use super::text;
use crate::name::{DnsName, MAX_LABEL};

/// What is left to be read.
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Reader { rest: data }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(count)?;
        self.rest = tail;
        Some(head)
    }

    pub fn all(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub fn u8(&mut self) -> Option<u8> {
        self.array().map(|[octet]| octet)
    }

    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// An uncompressed name, with its last dot.
    pub fn name(&mut self) -> Option<String> {
        let mut len = 0;
        loop {
            let label = usize::from(*self.rest.get(len)?);
            if label > MAX_LABEL {
                return None;
            }
            len += 1 + label;
            if label == 0 {
                break;
            }
        }
        let name = DnsName::from_wire(self.take(len)?)?;
        Some(text::absolute_name(&name))
    }

    /// A `<character-string>`, in quotes.
    pub fn string(&mut self) -> Option<String> {
        let len = self.u8()?;
        Some(text::quoted(self.take(len.into())?))
    }
}
