//! Zones and their records.

use model::Ttl;
use model::config::{Soa, Unhandled};
use utoipa::openapi::{ObjectBuilder, Schema};

use super::Named;
use crate::http::openapi::shape::{default_of, flag, list, list_of, object, text, to, to_or, whole, word};

pub const ALL: &[Named] = &[
    ("Zone", zone),
    ("Soa", soa),
    ("Transfer", transfer),
    ("Secondary", secondary),
    ("RecordSet", record_set),
    ("Record", record),
];

fn zone() -> Schema {
    let unhandled = [Unhandled::Nxdomain, Unhandled::Drop].map(Unhandled::as_str);
    let about = "What a name that does not exist gets: NXDOMAIN with the SOA, or silence.";
    object("A zone this site is authoritative for.")
        .must("name", to("DnsName", "Apex of the zone; neither the root nor a wildcard."))
        .may("soa", to_or("Soa", "Start of authority.", default_of(Soa::default())))
        .may("name_servers", list_of("DnsName", "Names of its servers, as the parent delegates to them."))
        .may(
            "ttl",
            to_or(
                "Ttl",
                "TTL of SOA, NS and of records without their own, seconds.",
                default_of(Ttl::default()),
            ),
        )
        .may("unhandled", word(about, &unhandled).default(Some(default_of(Unhandled::default()))))
        .may("records", list_of("RecordSet", "Static records."))
        .may("transfer", to("Transfer", "Who may transfer it; nobody when absent."))
        .closed()
}

fn transfer() -> Schema {
    let about = "Who may transfer a zone (RFC 5936), and who is told that it changed (RFC 1996). The secrets of keys \
                 are in the settings file of each site.";
    let key = "TSIG key a transfer has to be signed with, unless the secondary has its own.";
    object(about)
        .may("secondaries", list_of("Secondary", "Servers that keep a copy: each may transfer the zone."))
        .may("allow", list_of("Network", "Networks that may transfer it as well."))
        .may("key", to("DnsName", key))
        .may("notify", flag("Whether secondaries are told of changes.").default(Some(default_of(true))))
        .closed()
}

fn secondary() -> Schema {
    let about =
        "The address it transfers from and is told of changes at; port 53 unless said, as 192.0.2.53:5353.";
    object("A server that keeps a copy of the zone.")
        .must("address", text(about))
        .may("key", to("DnsName", "TSIG key of this secondary; that of the transfer when absent."))
        .closed()
}

fn soa() -> Schema {
    let default = Soa::default();
    object("Fields of the SOA record (RFC 1035 section 3.3.13). The serial is the configuration's generation.")
        .may("mname", to("DnsName", "Primary server; the first name server, or the apex, when absent."))
        .may(
            "rname",
            text("Mailbox of the person responsible, as `hostmaster@example.org`; `hostmaster@` the zone when absent."),
        )
        .may("refresh", seconds("How often secondaries look, seconds.", default.refresh))
        .may("retry", seconds("How soon they try again, seconds.", default.retry))
        .may("expire", seconds("How long they keep a copy they cannot renew, seconds.", default.expire))
        .may(
            "negative_ttl",
            to_or(
                "Ttl",
                "How long a resolver may keep a negative answer (RFC 2308 section 4), seconds.",
                default_of(default.negative_ttl),
            ),
        )
        .closed()
}

fn seconds(about: &str, default: u32) -> ObjectBuilder {
    whole(about, 0, u32::MAX.into()).default(Some(default_of(default)))
}

fn record_set() -> Schema {
    object("Records of one owner and type.")
        .must("name", text("Owner relative to the zone, `@` for the apex."))
        .must(
            "type",
            to("RecordType", "Type of the records. NS at the apex is set by `name_servers` of the zone."),
        )
        .may("ttl", to("Ttl", "TTL, seconds; the zone's when absent."))
        .must(
            "data",
            list(text("Data of a record in presentation form."), "Each record's data.").min_items(Some(1)),
        )
        .closed()
}

fn record() -> Schema {
    object("A record set with its zone, as the list of all records has it.")
        .must("zone", to("DnsName", "The zone."))
        .must("name", text("Owner relative to the zone, `@` for the apex."))
        .must("type", to("RecordType", "Type of the records."))
        .must("ttl", to("Ttl", "TTL in force, seconds."))
        .must("data", list(text("Data of a record in presentation form."), "Each record's data."))
        .open()
}
