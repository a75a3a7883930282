//! TSIG (RFC 8945): queries signed with a shared secret, and answers that are signed in turn.

mod chain;
mod check;
mod keys;

pub use chain::Chain;
pub use check::check;
pub use keys::{Hmac, TsigKey, TsigKeys};

/// How far apart the clocks of both sides may be, seconds (RFC 8945 section 10).
const FUDGE: u16 = 300;
