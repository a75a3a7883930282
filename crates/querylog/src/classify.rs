//! Which answers stand out, and why, in words an operator reads.
//!
//! An answer without an error is not significant, an empty one for the other address family included: half of all
//! clients ask for both. Every error is, a name that does not exist included.

use model::event::QueryEvent;
use model::rrtype::Rcode;
use model::slots::Slot;

/// The reasons a row can carry.
pub mod reason {
    /// No member was up, and the down response was given.
    pub const NO_MEMBER_UP: &str = "no member up";
    /// Its network was over the rate of answers.
    pub const RATE_LIMITED: &str = "rate limited";
    /// Silence on purpose.
    pub const DROPPED: &str = "dropped on purpose";
    /// FORMERR.
    pub const INVALID_QUERY: &str = "invalid query";
    /// NOTIMP.
    pub const UNSUPPORTED_QUERY: &str = "unsupported query";
    /// BADVERS.
    pub const UNSUPPORTED_EDNS: &str = "unsupported EDNS version";
    /// REFUSED for a name in no zone of this site.
    pub const OUTSIDE_ZONES: &str = "name in no zone of this site";
    /// REFUSED or NOTAUTH for another cause.
    pub const REFUSED: &str = "query refused";
    /// NXDOMAIN.
    pub const NO_SUCH_NAME: &str = "name does not exist";
    /// SERVFAIL.
    pub const SERVER_FAILURE: &str = "server failure";
    /// BADCOOKIE.
    pub const BAD_COOKIE: &str = "bad cookie";
    /// Any other code but NOERROR.
    pub const ERROR_RESPONSE: &str = "error response";

    /// All of them.
    pub const ALL: [&str; 12] = [
        NO_MEMBER_UP,
        RATE_LIMITED,
        DROPPED,
        INVALID_QUERY,
        UNSUPPORTED_QUERY,
        UNSUPPORTED_EDNS,
        OUTSIDE_ZONES,
        REFUSED,
        NO_SUCH_NAME,
        SERVER_FAILURE,
        BAD_COOKIE,
        ERROR_RESPONSE,
    ];
}

/// Why an answer is significant; empty when it is not.
pub(crate) fn significance(event: &QueryEvent) -> &'static str {
    if event.failed_open {
        return reason::NO_MEMBER_UP;
    }
    if event.rate_limited {
        return reason::RATE_LIMITED;
    }
    match event.rcode {
        Rcode::NOERROR => "",
        Rcode::DROPPED => reason::DROPPED,
        Rcode::FORMERR => reason::INVALID_QUERY,
        Rcode::NOTIMP => reason::UNSUPPORTED_QUERY,
        Rcode::BADVERS => reason::UNSUPPORTED_EDNS,
        Rcode::REFUSED if event.slot == Slot::OUTSIDE => reason::OUTSIDE_ZONES,
        Rcode::REFUSED | Rcode::NOTAUTH => reason::REFUSED,
        Rcode::NXDOMAIN => reason::NO_SUCH_NAME,
        Rcode::SERVFAIL => reason::SERVER_FAILURE,
        Rcode(23) => reason::BAD_COOKIE,
        _ => reason::ERROR_RESPONSE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::event::Transport;

    #[test]
    fn every_error_is_significant_and_no_plain_answer_is() {
        let zone = Slot(1);
        let table = [
            (Rcode::NOERROR, zone, false, ""),
            (Rcode::NOERROR, zone, true, reason::NO_MEMBER_UP),
            (Rcode::DROPPED, zone, true, reason::NO_MEMBER_UP),
            (Rcode::DROPPED, zone, false, reason::DROPPED),
            (Rcode::FORMERR, Slot::OUTSIDE, false, reason::INVALID_QUERY),
            (Rcode::NOTIMP, Slot::OUTSIDE, false, reason::UNSUPPORTED_QUERY),
            (Rcode::BADVERS, Slot::OUTSIDE, false, reason::UNSUPPORTED_EDNS),
            (Rcode::REFUSED, Slot::OUTSIDE, false, reason::OUTSIDE_ZONES),
            (Rcode::REFUSED, zone, false, reason::REFUSED),
            (Rcode::NOTAUTH, zone, false, reason::REFUSED),
            (Rcode::NXDOMAIN, zone, false, reason::NO_SUCH_NAME),
            (Rcode::SERVFAIL, zone, false, reason::SERVER_FAILURE),
            (Rcode(23), zone, false, reason::BAD_COOKIE),
            (Rcode(7), zone, false, reason::ERROR_RESPONSE),
        ];
        for (rcode, slot, failed_open, expected) in table {
            let mut event = QueryEvent::new(0, "192.0.2.1:5353".parse().unwrap(), Transport::Udp);
            (event.rcode, event.slot, event.failed_open) = (rcode, slot, failed_open);
            assert_eq!(significance(&event), expected, "{rcode} {slot:?} {failed_open}");
            assert!(expected.is_empty() || reason::ALL.contains(&expected));
            event.rate_limited = true;
            let limited = if failed_open { expected } else { reason::RATE_LIMITED };
            assert_eq!(significance(&event), limited, "{rcode} {slot:?} {failed_open}");
        }
    }
}
