//! `log` of the settings file: whether queries are stored as rows, and what waits while storage is away.

mod stream;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use model::value::Span;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::Switch;
use super::size::Size;

/// Memory that waiting rows may take when nothing is said, octets.
const MEMORY: u64 = 256 << 20;
/// The least and the most that may be said of it.
const MEMORY_RANGE: (u64, u64) = (64 << 10, 64 << 30);
/// What the spill may take when nothing is said, octets.
const SPILL: u64 = 1 << 30;
/// The least it can be of use with.
const SPILL_LEAST: u64 = 64 << 10;
/// How long rows wait for answers when nothing is said, and the most that may be said of it.
const GIVE_WAY: Duration = Duration::from_secs(10);
const GIVE_WAY_MOST: Duration = Duration::from_secs(60);
/// Memory below which they do not wait, octets: what is made up for at once might not find room.
const GIVE_WAY_MEMORY: u64 = 2 << 20;

/// Flags of the query log.
#[derive(Args, Clone, Debug, Default)]
pub struct LogArgs {
    /// Whether queries are stored: `on`, or `off` to count them only [default: on].
    #[arg(long, value_name = "on|off", env = "STEELYARD_LOG")]
    pub log: Option<Switch>,
    /// Memory that rows may take which storage has not taken yet [default: 256MiB].
    #[arg(long, value_name = "SIZE", env = "STEELYARD_LOG_MEMORY")]
    pub log_memory: Option<Size>,
    /// Disk space under the data directory for rows that memory has no room for; 0 for none [default: 1GiB].
    #[arg(long, value_name = "SIZE", env = "STEELYARD_LOG_SPILL")]
    pub log_spill: Option<Size>,
    /// How long the log puts its work off at most while answers wait for a core; 0s for never [default: 10s].
    #[arg(long, value_name = "SPAN", env = "STEELYARD_LOG_GIVE_WAY")]
    pub log_give_way: Option<Span>,
}

/// The key as it is written: `log = "off"`, or a table.
#[derive(Clone, Debug)]
pub enum Log {
    Switch(Switch),
    Table(Table),
}

/// `[log]`.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Table {
    queries: Option<Switch>,
    memory: Option<Size>,
    spill: Option<Size>,
    give_way: Option<Span>,
    stream: Vec<stream::Entry>,
}

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// Whether rows are stored.
    pub on: bool,
    /// Memory for rows that wait, octets.
    pub memory: u64,
    /// Disk space for rows that wait, octets; 0 when there is none.
    pub spill: u64,
    /// How long rows wait at most while answers wait for a core.
    pub give_way: Duration,
    /// Where else rows go.
    pub streams: Vec<::stream::Settings>,
}

impl<'de> Deserialize<'de> for Log {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Log, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Log;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("\"on\", \"off\" or a table")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Log, E> {
                Switch::deserialize(StrDeserializer::new(text)).map(Log::Switch)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Log, A::Error> {
                Table::deserialize(MapAccessDeserializer::new(map)).map(Log::Table)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl LogArgs {
    /// Joins flags and file, and checks them.
    pub(super) fn settings(self, log: Option<Log>) -> anyhow::Result<LogSettings> {
        let table = match log {
            Some(Log::Switch(switch)) => Table { queries: Some(switch), ..Table::default() },
            Some(Log::Table(table)) => table,
            None => Table::default(),
        };
        let memory = self.log_memory.or(table.memory).map_or(MEMORY, |size| size.0);
        if !(MEMORY_RANGE.0..=MEMORY_RANGE.1).contains(&memory) {
            bail!("log.memory: {memory} octets is out of range: give 64KiB to 64GiB");
        }
        let spill = self.log_spill.or(table.spill).map_or(SPILL, |size| size.0);
        if spill != 0 && spill < SPILL_LEAST {
            bail!("log.spill: {spill} octets is too little: give at least 64KiB, or 0 for none");
        }
        let give_way = self.log_give_way.or(table.give_way);
        let give_way = give_way.map_or(GIVE_WAY, Span::duration);
        if give_way > GIVE_WAY_MOST {
            bail!("log.give_way: {} s is out of range: give 0s to 60s", give_way.as_secs());
        }
        let streams = stream::settings(table.stream)?;
        Ok(LogSettings {
            on: self.log.or(table.queries) != Some(Switch::Off),
            memory,
            spill,
            give_way,
            streams,
        })
    }
}

impl LogSettings {
    /// How the query log of a site is set up, with its spill in a data directory.
    ///
    /// `waits` tells the longest that a thread that answers has waited for a core since the last call.
    pub fn options(
        &self,
        site: String,
        data_dir: &Path,
        waits: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> querylog::Options {
        let defaults = querylog::Options::new(site, Arc::new(crate::clock::now));
        querylog::Options {
            queue_bytes: usize::try_from(self.memory).unwrap_or(usize::MAX),
            // A row takes at least this much of the memory, so that the bound in octets is the one that counts.
            queue_rows: usize::try_from(self.memory / 256).unwrap_or(usize::MAX),
            spill: Some(querylog::SpillOptions {
                folder: data_dir.join("spill"),
                octets: self.spill,
                pause: Duration::from_secs(5),
            }),
            give_way: (self.memory >= GIVE_WAY_MEMORY).then(|| querylog::GiveWay {
                longest: self.give_way,
                octets: usize::try_from(self.memory / 2).unwrap_or(usize::MAX),
                busy: querylog::GiveWay::BUSY,
                waits: Arc::new(waits),
            }),
            ..defaults
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::parse;
    use super::*;

    fn settings(text: &str, args: LogArgs) -> Result<LogSettings, String> {
        let file = parse(text).map_err(|problem| problem.to_string())?;
        args.settings(file.log).map_err(|error| error.to_string())
    }

    fn of(on: bool, memory: u64, spill: u64) -> LogSettings {
        LogSettings { on, memory, spill, give_way: GIVE_WAY, streams: Vec::new() }
    }

    #[test]
    fn a_switch_or_a_table_says_what_is_kept() {
        let none = LogArgs::default;
        assert_eq!(settings("", none()), Ok(of(true, MEMORY, SPILL)));
        assert!(!settings("log = \"off\"", none()).unwrap().on);
        let table = "[log]\nmemory = \"1MiB\"\nspill = 0";
        assert_eq!(settings(table, none()), Ok(of(true, 1 << 20, 0)));
        let with_span = LogSettings { give_way: Duration::from_millis(1500), ..of(true, MEMORY, SPILL) };
        assert_eq!(settings("[log]\ngive_way = \"1500ms\"", none()), Ok(with_span));
        let args = LogArgs { log_spill: Some(Size(1 << 20)), log: Some(Switch::Off), ..none() };
        assert_eq!(settings(table, args), Ok(of(false, 1 << 20, 1 << 20)));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_remedy() {
        let error = |text: &str| settings(text, LogArgs::default()).unwrap_err();
        for (text, words) in [
            ("log = \"maybe\"", "expected `on` or `off`"),
            ("log = 3", "\"on\", \"off\" or a table"),
            ("[log]\nspil = \"1GiB\"", "spill"),
            ("[log]\nspill = \"1GB\"", "1GiB"),
            ("[log]\nspill = \"1KiB\"", "log.spill: 1024 octets is too little"),
            ("[log]\ngive_way = \"10\"", "write it as 500ms, 10s"),
            ("[log]\ngive_way = \"2m\"", "log.give_way: 120 s is out of range: give 0s to 60s"),
            ("[log]\nmemory = \"1KiB\"", "log.memory: 1024 octets is out of range"),
        ] {
            assert!(error(text).contains(words), "{text}: {}", error(text));
        }
    }
}
