//! A moment, as the declarative form writes it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::filter::instant;
use crate::value::ValueError;

/// A moment written in the form of RFC 3339, as `2026-11-25T18:00:00Z`; microseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl FromStr for Moment {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let bad =
            || ValueError(format!("{text:?} is no moment: write it as 2026-11-25T18:00:00Z (RFC 3339)"));
        instant::parse(text.trim()).map(Moment).ok_or_else(bad)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&instant::format(self.0))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_it_is_written_and_a_wrong_one_is_shown_the_form() {
        let moment: Moment = "2026-11-25T19:00:00+01:00".parse().unwrap();
        assert_eq!(moment, Moment(1_795_629_600_000_000));
        assert_eq!(moment.to_string().parse::<Moment>().unwrap(), moment);
        let error = "soon".parse::<Moment>().unwrap_err().to_string();
        assert!(error.contains("\"soon\"") && error.contains("2026-11-25T18:00:00Z"), "{error}");
    }
}
