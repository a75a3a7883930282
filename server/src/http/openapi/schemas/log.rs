//! Rows of the query log, as pages and as they come.

use api::view::Basis;
use model::event::Transport;
use utoipa::openapi::{OneOfBuilder, Schema};

use super::Named;
use crate::http::openapi::shape::{
    count, flag, instant, list, list_of, object, or_null, text, to, to_or_null, whole, word,
};

const SEARCHED: &str = "How far back was searched when time was up before the page was full";
const COUNTED: &str = "How far back rows were counted when time was up";

pub const ALL: &[Named] = &[
    ("LogPage", page),
    ("LogLine", line),
    ("LogRow", row),
    ("TailEvent", tail_event),
    ("LogBars", bars),
    ("LogTop", top),
    ("LogTopValue", top_value),
    ("LogAround", around),
    ("LogValue", value),
    ("LogBasis", basis),
];

fn page() -> Schema {
    object("Rows of the query log, newest first.")
        .must("rows", list_of("LogLine", "The rows."))
        .must("next", or_null(text("`before` of the next page; null when this is the last one.")))
        .must("searched_to", or_null(instant(SEARCHED)))
        .open()
}

fn bars() -> Schema {
    let either = OneOfBuilder::new().item(count("Start of the step, microseconds since 1970 UTC; or rows."));
    let either = either.item(text("The value."));
    let point = list(either, "Start of the step, value, rows.");
    let missing = list(count("Start of the step, then answers."), "A step with answers without a row.");
    object("Rows by step of time and value.")
        .must("step", count("Length of a step, microseconds."))
        .must("points", list(point.min_items(Some(3)).max_items(Some(3)), "Steps with rows, in time."))
        .must(
            "suppressed",
            list(
                missing.min_items(Some(2)).max_items(Some(2)),
                "Answers whose rows were left out by a throttle or lost, of the services the filter admits.",
            ),
        )
        .must("basis", to("LogBasis", "How rows are known."))
        .must("searched_to", or_null(instant(COUNTED)))
        .open()
}

fn top() -> Schema {
    object("The values of a field that most rows have.")
        .must("values", list_of("LogTopValue", "The most frequent first."))
        .must("other", count("Rows with any other value."))
        .must("distinct", or_null(count("How many values there are; null when a sample was looked at.")))
        .must("basis", to("LogBasis", "How rows are known."))
        .must("searched_to", or_null(instant(COUNTED)))
        .open()
}

fn top_value() -> Schema {
    object("One value with its rows.")
        .must("value", text("The value as the `compact` columns write it; empty when rows have none."))
        .must("rows", count("Rows."))
        .must("stands_for", count("Answers they stand for."))
        .open()
}

fn around() -> Schema {
    object("One row with those around it.")
        .must("before", list_of("LogLine", "Rows before it, the oldest first."))
        .must("row", to_or_null("LogLine", "The row."))
        .must("after", list_of("LogLine", "Rows after it, the oldest first."))
        .open()
}

fn value() -> Schema {
    text("A value of a field.").into()
}

fn basis() -> Schema {
    let about = "How a number of rows is known: `exact`, every row was looked at; `counted`, by the lossless counters, \
                 where every answer has its row; `estimated`, from a random sample scaled up; `partial`, time was up \
                 and what is older than `searched_to` is missing.";
    let all = [Basis::Exact, Basis::Counted, Basis::Estimated, Basis::Partial];
    word(about, &all.map(Basis::as_str)).into()
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
