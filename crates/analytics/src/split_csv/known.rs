//! Names of columns, as programs that log DNS call them. Letters are taken large or small.

/// Columns of answers, in the order they are looked for.
pub const ANSWERS: [&str; 12] = [
    // Ours; Route 53 Resolver's query log as an Athena table; Zeek's dns.log.
    "answers",
    // Avi, 87 columns.
    "dns_ips",
    // Elastic Common Schema, as Packetbeat and Filebeat ship it.
    "dns.resolved_ip",
    "dns.answers.data",
    // DNS-collector, which reads the dnstap of BIND, dnsdist, Knot, Unbound and PowerDNS: flat JSON, then the text format.
    "dns.resource-records.an.0.rdata",
    "answer-ips",
    "answer-ip",
    "answer",
    // Cloudflare Gateway.
    "ResolvedIPs",
    // Google Cloud DNS.
    "jsonPayload.rdata",
    "rdata",
    // Graylog's information model.
    "query_response",
];

/// Columns of times, in the order they are looked for.
pub(super) const TIMES: [&str; 14] = [
    "ts",
    "report_timestamp",
    "start_timestamp",
    "query_timestamp",
    "@timestamp",
    "dnstap.timestamp-rfc3339ns",
    "timestamp-rfc3339ns",
    "timestamp-unixms",
    "timestamp-unixus",
    "timestamp-unixns",
    "Datetime",
    "timestamp",
    "time",
    "date_time",
];
