//! The 87 columns of Avi's log export in their order. Those that a row knows are filled and all others are empty:
//! a sheet made for that export finds its columns, and no cell says what nobody measured.

use model::event::Transport;
use model::row::Class;
use model::rrtype::Rcode;

use crate::log::columns::{Column, rfc3339, rr_type};

/// The order of Avi's export; sheets made for it count on `dns_ips` being the 62nd, BJ.
const ORDER: [&str; 87] = [
    "adf",
    "significant",
    "significance",
    "udf",
    "virtualservice",
    "vs_ip",
    "client_ip",
    "client_location",
    "client_src_port",
    "client_dest_port",
    "start_timestamp",
    "report_timestamp",
    "total_time",
    "connection_ended",
    "client_rtt",
    "mss",
    "rx_bytes",
    "tx_bytes",
    "total_bytes",
    "rx_pkts",
    "tx_pkts",
    "total_pkts",
    "out_of_orders",
    "retransmits",
    "timeouts",
    "zero_window_size_events",
    "service_engine",
    "vcpu_id",
    "log_id",
    "network_security_policy_rule_name",
    "pool",
    "pool_name",
    "server_ip",
    "server_name",
    "server_conn_src_ip",
    "server_dest_port",
    "server_src_port",
    "server_rtt",
    "server_total_bytes",
    "server_rx_bytes",
    "server_tx_bytes",
    "server_total_pkts",
    "server_rx_pkts",
    "server_tx_pkts",
    "server_out_of_orders",
    "server_retransmits",
    "server_timeouts",
    "server_zero_window_size_events",
    "significant_log",
    "num_transaction",
    "average_turntime",
    "num_window_shrink",
    "server_num_window_shrink",
    "num_syn_retransmit",
    "microservice",
    "microservice_name",
    "proxy_protocol",
    "ssl_session_id",
    "ssl_version",
    "ssl_cipher",
    "dns_fqdn",
    "dns_ips",
    "dns_qtype",
    "gslbservice",
    "gslbservice_name",
    "gslbpool_name",
    "dns_response",
    "dns_etype",
    "protocol",
    "dns_request",
    "client_ip6",
    "vs_ip6",
    "server_ip6",
    "server_conn_src_ip6",
    "sni_hostname",
    "sip_log",
    "client_log_filter_name",
    "ds_log",
    "persistence_used",
    "ocsp_status_resp_sent",
    "max_ingress_latency_fe",
    "avg_ingress_latency_fe",
    "conn_est_time_fe",
    "max_ingress_latency_be",
    "avg_ingress_latency_be",
    "conn_est_time_be",
    "dns_tcp_conn_close_from_se",
];

/// All of them.
pub fn columns() -> Vec<Column> {
    let filled = filled();
    let column = |name: &'static str| filled.iter().find(|column| column.name == name).cloned();
    ORDER.into_iter().map(|name| column(name).unwrap_or_else(|| empty(name))).collect()
}

fn empty(name: &'static str) -> Column {
    Column { name, cell: "''".to_owned(), value: "NULL::text".to_owned() }
}

/// Those that a row knows.
fn filled() -> Vec<Column> {
    let filtered = Class::ALL.iter().position(|class| *class == Class::Filtered).unwrap_or_default();
    vec![
        Column::flag("adf", "significance <> ''"),
        Column::flag("significant", "significance <> ''"),
        Column::foreign("significance", "significance"),
        Column::flag("udf", &format!("class = {filtered}")),
        Column::foreign("virtualservice", "site"),
        Column::text("client_ip", &of_family("client", 4)),
        Column::number("client_src_port", "port"),
        // A row's time is taken when its packet comes; it was answered as much later as the answer took.
        Column::text("start_timestamp", &rfc3339("at")),
        Column::text("report_timestamp", &rfc3339("(at + latency_us * interval '1 microsecond')")),
        // Avi's unit is the millisecond; answers take less, so that the fraction is the measurement.
        Column::number("total_time", "round(latency_us / 1000.0, 3)"),
        Column::foreign("service_engine", "site"),
        Column::number("log_id", "id"),
        Column::text("server_ip", &of_family("member", 4)),
        Column::foreign("dns_fqdn", "fqdn"),
        Column::text("dns_ips", "answers"),
        Column::text("dns_qtype", &format!("'DNS_RECORD_' || {}", rr_type())),
        Column::foreign("gslbservice_name", "service"),
        Column::foreign("gslbpool_name", "pool"),
        response(),
        Column::text("dns_etype", &entry()),
        Column::text("protocol", &protocol()),
        Column::text("client_ip6", &of_family("client", 6)),
        Column::text("server_ip6", &of_family("member", 6)),
    ]
}

fn of_family(address: &str, family: u8) -> String {
    format!("CASE WHEN family({address}) = {family} THEN host({address}) END")
}

/// Of Avi's object only the code is known; there is none where nothing was sent, nor a name for every code.
fn response() -> Column {
    let object = |name: &str| format!(r#"{{"response_code":"DNS_RCODE_{name}"}}"#);
    let named: Vec<String> =
        Rcode::NAMED.iter().map(|(name, n)| format!("WHEN {n} THEN '{}'", object(name))).collect();
    let sql = format!("CASE rcode {} END", named.join(" "));
    Column { value: format!("({sql})::json"), ..Column::text("dns_response", &sql) }
}

/// Which kind of entry answered. A name that does not exist, and a query that is refused, had none.
fn entry() -> String {
    let answered = Rcode::NOERROR.0;
    format!(
        "CASE WHEN service IS NOT NULL THEN 'DNS_ENTRY_GSLB' WHEN rcode = {answered} THEN 'DNS_ENTRY_STATIC' END"
    )
}

/// The protocol of IP below the transport.
fn protocol() -> String {
    let below = |transport: &Transport| match transport {
        Transport::Udp | Transport::Quic => "UDP",
        Transport::Tcp | Transport::Tls | Transport::Https => "TCP",
    };
    let named: Vec<String> =
        Transport::ALL.iter().map(|t| format!("WHEN {} THEN 'PROTOCOL_{}'", t.index(), below(t))).collect();
    format!("CASE transport {} END", named.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_stands_where_sheets_look_for_it() {
        let columns = columns();
        let place = |name: &str| columns.iter().position(|column| column.name == name).map(|at| at + 1);
        assert_eq!(columns.len(), 87);
        assert_eq!((place("dns_fqdn"), place("dns_ips")), (Some(61), Some(62)));
        assert_eq!((place("adf"), place("dns_tcp_conn_close_from_se")), (Some(1), Some(87)));
        for column in filled() {
            assert!(place(column.name).is_some(), "{} is none of Avi's", column.name);
        }
    }
}
