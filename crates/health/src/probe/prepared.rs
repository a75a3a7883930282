//! What of a monitor is worked out once instead of at each check.

use std::sync::{Arc, OnceLock};

use model::config::{Monitor, octets};
use regex::bytes::{Regex, RegexBuilder};
use rustls::ClientConfig;

/// Parts of a monitor in the form checks use them in.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    /// Octets that are sent.
    pub(super) send: Vec<u8>,
    /// Octets that are looked for; empty when none are.
    pub(super) expect: Vec<u8>,
    /// What a body has to match.
    pub(super) regex: Option<Regex>,
    /// How handshakes are made, where no secret is part of it.
    pub(super) tls: OnceLock<Arc<ClientConfig>>,
}

impl Prepared {
    pub(crate) fn of(monitor: &Monitor) -> Self {
        // The checks of the configuration have refused what cannot be read.
        let read = |text: &Option<String>| text.as_deref().and_then(|t| octets(t).ok()).unwrap_or_default();
        let regex = monitor.expect_body_regex.as_deref();
        Prepared {
            send: read(&monitor.send),
            expect: read(&monitor.expect),
            regex: regex.and_then(|text| RegexBuilder::new(text).size_limit(1 << 20).build().ok()),
            tls: OnceLock::new(),
        }
    }
}
