//! What the operator sets for the responder beside zones and services; replaced as a whole, for the next packet on.

use std::sync::Arc;

use crate::access::Access;
use crate::cookie::Cookies;
use crate::rate::Limiter;
use crate::transport::connections::Limits;
use crate::tsig::TsigKeys;

/// The settings a packet is answered under.
#[derive(Debug, Default)]
pub struct Policy {
    /// What this server says of itself.
    pub identity: Identity,
    /// The secrets DNS cookies are made with.
    pub cookies: Cookies,
    /// Who is answered; all others are REFUSED.
    pub access: Access,
    /// How many answers a client network gets over UDP; no limit when absent.
    pub rate: Option<Arc<Limiter>>,
    /// How long and how many connections are kept.
    pub tcp: Limits,
    /// The keys queries are signed with.
    pub keys: TsigKeys,
}

/// What this server says of itself when it is asked; nothing by default (RFC 4892 section 3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Answer to the NSID option (RFC 5001), at most 255 octets.
    pub nsid: Option<String>,
    /// TXT of `version.bind` and `version.server` in class CH, at most 255 octets.
    pub version: Option<String>,
    /// TXT of `hostname.bind` and `id.server` in class CH, at most 255 octets.
    pub id: Option<String>,
}
