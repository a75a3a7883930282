//! Rows of the query log, as pages and as they come.

use model::event::Transport;
use utoipa::openapi::{OneOfBuilder, Schema};

use super::Named;
use crate::http::openapi::shape::{
    count, flag, instant, list, list_of, object, or_null, text, to, to_or_null, whole, word,
};

pub const ALL: &[Named] = &[("LogPage", page), ("LogLine", line), ("LogRow", row), ("TailEvent", tail_event)];

fn page() -> Schema {
    object("Rows of the query log, newest first.")
        .must("rows", list_of("LogLine", "The rows."))
        .must("next", or_null(text("`before` of the next page; null when this is the last one.")))
        .open()
}

fn line() -> Schema {
    let cell = list(text("Name, then value."), "A column's name and its value as text.");
    let cells = "The `compact` columns after `ts`, in their order, then `stands_for` and `class`. Texts that a spreadsheet could take for a formula \
                 begin with an apostrophe.";
    object("One row as text.")
        .must("id", count("Number of the row."))
        .must("at", instant("When it was answered"))
        .must("cells", list(cell.min_items(Some(2)).max_items(Some(2)), cells))
        .open()
}

fn row() -> Schema {
    object("One row of the query log under the names of the `compact` columns.")
        .must("ts", text("When it was answered, RFC 3339 UTC with microseconds."))
        .must("site", to("Label", "Site that answered."))
        .must("client_ip", to("Address", "Who asked."))
        .must("client_port", whole("From which port.", 0, 65_535))
        .must("transport", word("How.", &Transport::ALL.map(Transport::as_str)))
        .must("fqdn", text("Name asked for, case as asked, without the last dot."))
        .must("qtype", to("RecordType", "Type asked for."))
        .must("rcode", text("Code answered, as `NOERROR`; `DROPPED` for silence."))
        .must("significant", flag("Whether the row stands out."))
        .must("significance", text("Why it does; empty when it does not."))
        .must("service", to_or_null("DnsName", "Service, when the name is one."))
        .must("pool", to_or_null("Label", "Pool of the first member answered."))
        .must("member", to_or_null("Address", "First member answered."))
        .must(
            "answers",
            text("Addresses answered, joined by `;`; past the eighth only how many more, as `;+3`."),
        )
        .must("ttl", whole("TTL answered, seconds.", 0, u32::MAX.into()))
        .must("ecs", to_or_null("Network", "The client's network, when the query carried one (RFC 7871)."))
        .must("generation", count("Generation of the configuration that decided."))
        .must("latency_us", count("From the packet's arrival in this process to the answer, microseconds."))
        .open()
}

fn tail_event() -> Schema {
    let missed = "Rows came faster than they could be sent; so many were left out here. The log has them.";
    let missed = object(missed).must("missed", count("Rows left out.")).open();
    OneOfBuilder::new()
        .description(Some("The `data` of one event, as JSON on one line."))
        .item(to("LogRow", "A row."))
        .item(missed)
        .into()
}
