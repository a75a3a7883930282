//! One record's data as it was written, read field by field.

use super::field::Field;
use super::text;
use crate::name::DnsName;
use crate::rrtype::RrType;
use crate::value::ValueError;

/// The fields of one record's data with what is needed to read them.
pub struct Form<'a> {
    pub rr_type: RrType,
    pub origin: &'a DnsName,
    pub fields: &'a [Field],
}

impl Form<'_> {
    /// The error that says what was expected.
    pub fn wrong(&self, expected: &str) -> ValueError {
        ValueError(format!("data of type {} has to be {expected}", self.rr_type))
    }

    /// Refuses another number of fields.
    pub fn count(&self, count: usize, expected: &str) -> Result<(), ValueError> {
        if self.fields.len() == count { Ok(()) } else { Err(self.wrong(expected)) }
    }

    /// Refuses fewer fields.
    pub fn at_least(&self, count: usize, expected: &str) -> Result<(), ValueError> {
        if self.fields.len() >= count { Ok(()) } else { Err(self.wrong(expected)) }
    }

    /// A whole number.
    pub fn number<T: std::str::FromStr>(&self, at: usize) -> Result<T, ValueError> {
        let text = self.fields[at].raw();
        let number = if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None };
        number.ok_or_else(|| {
            let (place, largest) = (at + 1, if size_of::<T>() == 1 { 255 } else { 65_535 });
            self.wrong(&format!("a whole number up to {largest} in place {place}, not {text:?}"))
        })
    }

    /// A name.
    pub fn name(&self, at: usize) -> Result<DnsName, ValueError> {
        super::absolute(self.fields[at].raw(), self.origin)
    }

    /// A `<character-string>` with its length (RFC 1035 section 3.3).
    pub fn push_text(&self, out: &mut Vec<u8>, at: usize) -> Result<(), ValueError> {
        text::push_string(out, &self.fields[at].octets()?)
    }
}
