//! Sizes as people write them.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// A number of octets: `1GiB`, `512 MiB`, `64KiB`, `0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u64);

const UNITS: [(&str, u32); 5] = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10), ("B", 0)];

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Size, String> {
        let text = text.trim();
        let (number, shift) = UNITS
            .iter()
            .find_map(|(unit, shift)| text.strip_suffix(unit).map(|number| (number.trim_end(), *shift)))
            .unwrap_or((text, 0));
        let number: u64 =
            number.parse().map_err(|_| format!("`{text}` is no size: give one such as 1GiB, 256MiB or 0"))?;
        let octets = number.checked_mul(1 << shift).filter(|octets| *octets <= 1 << 50);
        octets.map(Size).ok_or_else(|| format!("`{text}` is too large: give 1024TiB at most"))
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Size, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Size;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a size such as \"1GiB\", or 0")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Size, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_i64<E: Error>(self, octets: i64) -> Result<Size, E> {
                let octets = u64::try_from(octets);
                octets.map(Size).map_err(|_| E::invalid_value(Unexpected::Other("a negative number"), &self))
            }
        }
        deserializer.deserialize_any(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_of_1024() {
        let read = |text: &str| text.parse::<Size>().map(|size| size.0);
        assert_eq!(read("1GiB"), Ok(1 << 30));
        assert_eq!(read(" 64 KiB"), Ok(64 << 10));
        assert_eq!(read("0"), Ok(0));
        assert_eq!(read("17B"), Ok(17));
        assert_eq!(read("1024TiB"), Ok(1 << 50));
        assert!(read("1GB").unwrap_err().contains("1GiB"));
        assert!(read("-1").is_err() && read("").is_err() && read("GiB").is_err());
        assert!(read("99999999TiB").unwrap_err().contains("too large"));
    }
}
