//! Parameters and headers by their keys.

use serde_json::{Value, json};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{Header, Ref, Required};

use super::shape::{Shape, count, flag, text, whole, word};

/// A parameter: key, name, place, what it is, its schema, an example.
type Row = (&'static str, &'static str, ParameterIn, &'static str, Shape, Option<Value>);

/// Key of the header that makes a write conditional.
pub const IF_MATCH: &str = "If-Match";
/// Key of the header that names what was read.
pub const ETAG: &str = "ETag";
/// Key of the header that says how many rows an export has.
pub const ROWS: &str = "X-Steelyard-Rows";
/// Key of the header that names the record of an export.
pub const EXPORT: &str = "X-Steelyard-Export";

const SINCE: &str = "The window is the last so long, more than 0s and at most 400d. Ignored when `from` is given; \
                     without either it is 15m for the split, 1h for the log and 1d for health.";
const FROM: &str = "Start of the window, RFC 3339 or `2026-11-20 08:00:00` in UTC; included.";
const TO: &str = "End of the window, not included; now when absent. Needs `from`.";
const FILTER: &str = "Filter expression: `field op value` joined by `and`, `or`, `not` and brackets. Fields are the \
                      `compact` columns; operators `=`, `!=`, `~` and `!~` (regular expression), `<`, `<=`, `>`, \
                      `>=` and `in (..)`, with networks on addresses. At most 4096 bytes.";
const FORMAT: &str = "How rows are written; `csv` when absent.";
const COLUMNS: &str = "`compact` (when absent), `avi` (the 87 columns of Avi's export in their order, filled where a row \
                       knows the value), or names out of `compact`, `stands_for` and `class` in any order, separated \
                       by commas.";
const BY: &str = "What rows are grouped by: a field of the filter language, `class`, or `client_network` (/24 of IPv4, /56 of \
                  IPv6); `rcode` when absent.";
const TOP_BY: &str = "The same; `client_ip` when absent.";
const STEP: &str =
    "Length of a step, whole tens of seconds as `30s` or `1h`; a readable number of steps when absent.";
const NEAR: &str = "Which rows count as being around it: `all`, or those of the same `client` or `service`.";
const KINDS: &str = "Ids of events, separated by commas; all when absent.";
const OUTCOME: &str = "Only deliveries with this outcome: `delivered`, `retrying`, `failed` or `dropped`.";
const MATCH: &str = "ETag of what the change was made from. The write is refused with 412 when the configuration has \
                     changed since. `*` and no header at all write in any case.";

fn rows() -> Vec<Row> {
    use ParameterIn::{Header, Path, Query};
    let string = |example: &str| (Shape::from(text("")), Some(json!(example)));
    let row = |key, name, place, about, (shape, example): (Shape, Option<Value>)| {
        (key, name, place, about, shape, example)
    };
    let named =
        |schema: &str, example: &str| (Shape::from(Ref::from_schema_name(schema)), Some(json!(example)));
    let limit = whole("", 1, 1000).default(Some(json!(100)));
    let ahead = whole("", 1, 1000).default(Some(json!(1)));
    let most = |most: i64, usual: i64| (Shape::from(whole("", 1, most).default(Some(json!(usual)))), None);
    let no = || (Shape::from(flag("").default(Some(json!(false)))), None);
    let number = |example: u64| (Shape::from(count("")), Some(json!(example)));
    vec![
        row("name", "name", Path, "Name of the object.", string("hello.avi.iberia.local")),
        row("service", "service", Path, "The service.", named("DnsName", "hello.avi.iberia.local")),
        row(
            "of_service",
            "service",
            Query,
            "Only of this service.",
            named("DnsName", "hello.avi.iberia.local"),
        ),
        row(
            "of_member",
            "member",
            Query,
            "Only of this member, as the configuration names it.",
            string("10.10.23.40"),
        ),
        row("pool", "pool", Path, "The pool.", named("Label", "hello-10")),
        row("address", "address", Path, "The member's address.", named("Address", "10.10.23.40")),
        row("generation", "generation", Path, "Number of the change.", number(12)),
        row("id", "id", Path, "Its number.", number(1)),
        row("dry_run", "dry_run", Query, "Show what would change, and change nothing.", no()),
        row("reason", "reason", Query, "Why, for the history.", string("canary: second step")),
        row("prune", "prune", Query, "Remove every object that the body does not name.", no()),
        row("since", "since", Query, SINCE, named("Span", "15m")),
        row("from", "from", Query, FROM, string("2026-11-20T08:00:00Z")),
        row("to", "to", Query, TO, string("2026-11-20T09:00:00Z")),
        row("filter", "filter", Query, FILTER, string("rcode != NOERROR and client_ip in (10.0.0.0/8)")),
        row(
            "format",
            "format",
            Query,
            FORMAT,
            (word("", &["csv", "ndjson", "parquet"]).into(), Some(json!("ndjson"))),
        ),
        row("columns", "columns", Query, COLUMNS, string("ts,fqdn,answers")),
        row("by", "by", Query, BY, string("member")),
        row("top_by", "by", Query, TOP_BY, string("client_network")),
        row("step", "step", Query, STEP, named("Span", "5m")),
        row("n", "n", Query, "How many values.", most(1000, 10)),
        row("field", "field", Query, "The field.", string("service")),
        row("prefix", "prefix", Query, "What values begin with, without case.", string("hel")),
        row("values", "n", Query, "How many values.", most(200, 20)),
        row(
            "row",
            "row",
            Path,
            "Time and number of the row, as its `at` and `id` say.",
            string("1795161600000000-4711"),
        ),
        row(
            "around",
            "around",
            Query,
            "How many rows before and after it, within a day.",
            (whole("", 0, 500).default(Some(json!(0))).into(), None),
        ),
        row("near", "near", Query, NEAR, string("client")),
        row("before_row", "before", Query, "`next` of the page before.", string("1795161600000000,4711")),
        row("before_export", "before", Query, "Only exports before this number.", number(12)),
        row("export", "export", Path, "Number of the export.", number(12)),
        row("before_generation", "before", Query, "Only changes before this generation.", number(12)),
        row(
            "limit",
            "limit",
            Query,
            "Most lines to give; more or less is brought into the range.",
            (limit.into(), None),
        ),
        row("asked_name", "name", Query, "The name asked for.", named("DnsName", "hello.avi.iberia.local")),
        row("type", "type", Query, "The type asked for; A when absent.", named("RecordType", "A")),
        row("client", "client", Query, "Who asks; 127.0.0.1 when absent.", named("Address", "10.10.24.7")),
        row(
            "site",
            "site",
            Query,
            "The site that answers; only this server's own.",
            named("Label", "leader"),
        ),
        row("count", "count", Query, "How many of the next answers to show.", (ahead.into(), None)),
        row("kinds", "kinds", Query, KINDS, string("GS_DOWN,GS_UP")),
        row(
            "level",
            "level",
            Query,
            "The lowest level to give: `low`, `medium` or `high`.",
            string("medium"),
        ),
        row(
            "of_service",
            "service",
            Query,
            "Only events of this service.",
            named("DnsName", "hello.avi.iberia.local"),
        ),
        row("of_member", "member", Query, "Only events of this member.", named("Address", "10.10.23.40")),
        row(
            "of_site",
            "site",
            Query,
            "Only events that this site saw, or of its members.",
            named("Label", "leader"),
        ),
        row("channel", "channel", Query, "Only deliveries of this channel.", named("Label", "noc")),
        row("rule", "rule", Query, "Only deliveries of this rule.", named("Label", "service-down")),
        row("outcome", "outcome", Query, OUTCOME, string("failed")),
        row(
            "of_event",
            "event",
            Query,
            "Only deliveries that tell of the event of this number.",
            number(1_795_161_600_000_000),
        ),
        row(IF_MATCH, IF_MATCH, Header, MATCH, string("\"12\"")),
    ]
}

/// Every parameter under its key.
///
/// Only those that are needed have an example of their own: the viewer fills it in, and an `If-Match` or a window that
/// nobody asked for would be sent along. For the others it stands in the text.
pub fn all() -> impl Iterator<Item = (&'static str, Parameter)> {
    rows().into_iter().map(|(key, name, place, about, shape, example)| {
        let needed = place == ParameterIn::Path || key == "asked_name";
        let (about, example) = match example {
            Some(Value::String(text)) if !needed => (format!("{about} Example: `{text}`."), None),
            Some(_) if !needed => (about.to_owned(), None),
            example => (about.to_owned(), example),
        };
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(place)
            .required(if needed { Required::True } else { Required::False })
            .description(Some(about))
            .schema(Some(shape))
            .example(example);
        (key, parameter.build())
    })
}

/// The parameter of a key.
pub fn of(key: &str) -> Ref {
    Ref::new(format!("#/components/parameters/{key}"))
}

/// The header of a key.
pub fn header(key: &str) -> Ref {
    Ref::new(format!("#/components/headers/{key}"))
}

/// Headers of answers.
pub fn headers() -> [(&'static str, Header); 3] {
    let etag = "Generation of the configuration that was read or written, for `If-Match` of a write.";
    let rows = "Rows that follow.";
    let header = |about: &str, shape: Shape, example: Value| {
        HeaderBuilder::new().schema(Some(shape)).description(Some(about)).example(Some(example)).build()
    };
    [
        (ETAG, header(etag, text("").into(), json!("\"12\""))),
        (ROWS, header(rows, count("").into(), json!(10_000))),
        (EXPORT, header("Number of the export.", count("").into(), json!(12))),
    ]
}
