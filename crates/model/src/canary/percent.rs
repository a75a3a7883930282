use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::ValueError;

/// A share in percent with up to three decimals, above 0 and up to 100; in JSON a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u32);

/// Parts of a percent that are told apart.
const PARTS: u32 = 1000;

impl Percent {
    /// The whole.
    pub const ALL: Percent = Percent(100 * PARTS);

    /// A number of percent; what is finer than a thousandth of one is rounded.
    pub fn new(percent: f64) -> Result<Percent, ValueError> {
        let parts = (percent * f64::from(PARTS)).round();
        if percent.is_finite() && (1.0..=f64::from(Percent::ALL.0)).contains(&parts) {
            Ok(Percent(parts as u32))
        } else {
            Err(ValueError(format!("{percent} is no share: give more than 0 and at most 100 percent")))
        }
    }

    /// As a share, above 0 and up to 1.
    pub fn share(self) -> f64 {
        f64::from(self.0) / f64::from(Percent::ALL.0)
    }

    /// In percent.
    pub fn get(self) -> f64 {
        f64::from(self.0) / f64::from(PARTS)
    }
}

impl FromStr for Percent {
    type Err = ValueError;

    /// `5`, `12.5` or `12.5 %`.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let number = text.trim().trim_end_matches('%').trim_end();
        let number: f64 = number.parse().map_err(|_| {
            ValueError(format!(
                "{text:?} is no share: give percent such as 5 or 12.5, more than 0 and at most 100"
            ))
        })?;
        Percent::new(number)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Whole numbers as such: 5, not 5.0.
        if self.0.is_multiple_of(PARTS) {
            serializer.serialize_u32(self.0 / PARTS)
        } else {
            serializer.serialize_f64(self.get())
        }
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Percent::new(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_read_as_people_write_it_and_written_as_a_number() {
        for (text, share, json) in
            [("5", 0.05, "5"), (" 12.5 % ", 0.125, "12.5"), ("100", 1.0, "100"), ("0.1%", 0.001, "0.1")]
        {
            let percent: Percent = text.parse().unwrap();
            assert_eq!((percent.share(), serde_json::to_string(&percent).unwrap().as_str()), (share, json));
            assert_eq!(serde_json::from_str::<Percent>(json).unwrap(), percent);
            assert_eq!(percent.to_string(), json);
        }
        for bad in ["0", "-1", "100.1", "x", "nan", "", "0.0001"] {
            assert!(bad.parse::<Percent>().is_err(), "{bad}");
        }
    }
}
