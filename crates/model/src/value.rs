//! Numbers with a range, short names and spans of time, as the declarative form writes them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value outside its type's range, with the range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ValueError(pub String);

macro_rules! ranged {
    ($(#[$doc:meta])* $name:ident($repr:ty), $what:literal, $min:literal..=$max:literal, default $default:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name($repr);

        impl $name {
            /// Smallest value.
            pub const MIN: $name = $name($min);
            /// Largest value.
            pub const MAX: $name = $name($max);

            /// Takes a number within the range.
            pub fn new(value: i64) -> Result<Self, ValueError> {
                if ($min..=$max).contains(&value) {
                    Ok($name(value as $repr))
                } else {
                    Err(ValueError(format!(
                        concat!($what, " {} is out of range: give a whole number from ", $min, " to ", $max),
                        value
                    )))
                }
            }

            /// The number.
            pub fn get(self) -> $repr {
                self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                $name($default)
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                let number = text.trim().parse::<i64>().map_err(|_| {
                    ValueError(format!(
                        concat!($what, " {:?} is not a whole number: give one from ", $min, " to ", $max),
                        text
                    ))
                })?;
                $name::new(number)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $name::new(i64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

ranged! {
    /// A member's share of the answers relative to the other members of its pool; 0 is never chosen while others are up.
    Weight(u16), "weight", 0..=1000, default 1
}
ranged! {
    /// Order of pools: the highest wins; 0 is monitored but never chosen.
    Priority(u8), "priority", 0..=100, default 10
}
ranged! {
    /// Place of a member in a preference order: the lowest that is up is answered.
    Preference(u8), "preference", 1..=128, default 1
}
ranged! {
    /// Time to live of a record, in seconds. The top is one week: a steering answer that lives longer steers nothing.
    Ttl(u32), "TTL", 0..=604_800, default 30
}

/// A short name of an operator's making: site, location, pool, monitor. 1 to 63 of `a-z A-Z 0-9 . _ -`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Label(std::sync::Arc<str>);

impl Label {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, shared.
    pub fn shared(&self) -> std::sync::Arc<str> {
        self.0.clone()
    }
}

impl FromStr for Label {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if text.is_empty() || text.len() > 63 || !text.chars().all(allowed) {
            return Err(ValueError(format!(
                "name {text:?} is not allowed: give 1 to 63 letters, digits, dots, hyphens or underscores"
            )));
        }
        Ok(Label(text.into()))
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A span of time written as `500ms`, `10s`, `5m`, `2h` or `7d`; whole milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    millis: u64,
}

impl Span {
    /// A span of whole seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Span { millis: seconds * 1000 }
    }

    /// A span of whole milliseconds.
    pub const fn millis(millis: u64) -> Self {
        Span { millis }
    }

    /// The span in milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.millis
    }

    /// The span as the standard library has it.
    pub const fn duration(self) -> Duration {
        Duration::from_millis(self.millis)
    }
}

const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

impl FromStr for Span {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        let bad = || ValueError(format!("{text:?} is no span of time: write it as 500ms, 10s, 5m, 2h or 7d"));
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let number: u64 = text[..digits].parse().map_err(|_| bad())?;
        let unit = text[digits..].trim();
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(bad)?;
        Ok(Span { millis: number.checked_mul(*factor).ok_or_else(bad)? })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.millis == 0 {
            return f.write_str("0s");
        }
        let (unit, factor) =
            UNITS.iter().find(|(_, factor)| self.millis.is_multiple_of(*factor)).unwrap_or(&("ms", 1));
        write!(f, "{}{unit}", self.millis / factor)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_weight_out_of_range_names_the_value_and_the_range() {
        for bad in ["-1", "1001"] {
            let error = bad.parse::<Weight>().unwrap_err().to_string();
            assert_eq!(error, format!("weight {bad} is out of range: give a whole number from 0 to 1000"));
        }
        assert_eq!("1000".parse::<Weight>().unwrap(), Weight::MAX);
    }

    proptest! {
        #[test]
        fn a_span_reads_back_as_written(millis in 0u64..10_000_000_000) {
            let span = Span::millis(millis);
            prop_assert_eq!(span.to_string().parse::<Span>().unwrap(), span);
        }
    }
}
