use std::sync::Arc;

use model::Label;
use model::occurrence::{Kind, Level, Occurrence};
use sha2::{Digest, Sha256};

/// What a rule tells of: one or more events of a subject.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// The rule; none for a test.
    pub rule: Option<Label>,
    /// How much it matters.
    pub level: Level,
    /// When it was made, microseconds since 1970 UTC.
    pub at: i64,
    /// Alerts like it that were held back since the last one.
    pub throttled: u32,
    /// Events the rule waited for.
    pub threshold: u32,
    /// The last of the events.
    pub last: Arc<Occurrence>,
    /// Those before it, oldest first.
    pub before: Vec<Arc<Occurrence>>,
}

impl Alert {
    /// A test of a channel.
    pub fn test(event: Occurrence) -> Alert {
        Alert {
            rule: None,
            level: event.level,
            at: event.at,
            throttled: 0,
            threshold: 1,
            last: Arc::new(event),
            before: Vec::new(),
        }
    }

    /// Its events, oldest first.
    pub fn events(&self) -> impl Iterator<Item = &Arc<Occurrence>> {
        self.before.iter().chain([&self.last])
    }

    /// The rule's name, or `TEST`.
    pub fn rule_name(&self) -> &str {
        self.rule.as_ref().map_or("TEST", |rule| rule.as_str())
    }

    /// Title and subject in a line.
    pub fn headline(&self) -> String {
        format!("{} {}", self.last.title(), self.last.subject)
    }

    /// What makes alerts the same trouble: the event that began it, or would have, and its subject.
    pub fn trouble(&self) -> String {
        let topic = self.last.kind.ends().unwrap_or(self.last.kind);
        format!("{topic}:{}", self.last.subject)
    }

    /// The object's number in the form `gslbservice-<uuid>`, which is the same for the same name always. Receivers tell
    /// objects apart by it; objects here are known by name.
    pub fn object_id(event: &Occurrence) -> String {
        let name = event.service.as_ref().map_or_else(|| event.subject.clone(), ToString::to_string);
        let mut octets: [u8; 16] = Sha256::digest(name.as_bytes())[..16].try_into().unwrap_or_default();
        // Version 8, the one whose content is the maker's own (RFC 9562 section 5.8).
        octets[6] = octets[6] & 0x0f | 0x80;
        octets[8] = octets[8] & 0x3f | 0x80;
        let hex = data_encoding::HEXLOWER.encode(&octets);
        let (a, b, c, d, e) = (&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
        let what = if event.service.is_some() { "gslbservice" } else { "gslb" };
        format!("{what}-{a}-{b}-{c}-{d}-{e}")
    }

    /// Whether somebody tries the channel.
    pub fn is_test(&self) -> bool {
        self.last.kind == Kind::Test
    }
}
