//! The 87 columns of Avi's log export in their order. Those that a row knows are filled and all others are empty:
//! a sheet made for that export finds its columns, and no cell says what nobody measured.

use std::net::IpAddr;
use std::sync::LazyLock;

use model::event::Transport;
use model::row::Class;
use model::rrtype::Rcode;

use super::binary::Record;
use super::column::{Cell, Column, Kind, class, rr_type, transport};

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
    let column = |name: &'static str| FILLED.iter().find(|column| column.name == name).copied();
    let empty = |name| Column::new(name, Kind::Text, |_| Cell::None);
    ORDER.into_iter().map(|name| column(name).unwrap_or_else(|| empty(name))).collect()
}

/// Those that a row knows.
static FILLED: [Column; 23] = [
    Column::new("adf", Kind::Flag, |r| Cell::Flag(!r.significance.is_empty())),
    Column::new("significant", Kind::Flag, |r| Cell::Flag(!r.significance.is_empty())),
    Column::new("significance", Kind::Text, |r| Cell::Foreign(r.significance)),
    Column::new("udf", Kind::Flag, |r| Cell::Flag(class(r) == Some(Class::Filtered))),
    Column::new("virtualservice", Kind::Text, |r| Cell::Foreign(r.site)),
    Column::new("client_ip", Kind::Text, |r| v4(Some(r.client))),
    Column::new("client_src_port", Kind::Integer, |r| Cell::Integer(r.port.into())),
    // A row's time is taken when its packet comes; it was answered as much later as the answer took.
    Column::new("start_timestamp", Kind::Moment, |r| Cell::Moment(r.at)),
    Column::new("report_timestamp", Kind::Moment, |r| Cell::Moment(r.at.saturating_add(r.latency_us))),
    // Avi's unit is the millisecond; answers take less, so that the fraction is the measurement.
    Column::new("total_time", Kind::Thousandths, |r| Cell::Thousandths(r.latency_us)),
    Column::new("service_engine", Kind::Text, |r| Cell::Foreign(r.site)),
    Column::new("log_id", Kind::Integer, |r| Cell::Integer(r.id)),
    Column::new("server_ip", Kind::Text, |r| v4(r.member)),
    Column::new("dns_fqdn", Kind::Text, |r| Cell::Foreign(r.fqdn)),
    Column::new("dns_ips", Kind::Text, |r| Cell::Text(r.answers)),
    Column::new("dns_qtype", Kind::Text, |r| rr_type("DNS_RECORD_", r.qtype)),
    Column::new("gslbservice_name", Kind::Text, |r| Cell::Foreign(r.service.unwrap_or_default())),
    Column::new("gslbpool_name", Kind::Text, |r| Cell::Foreign(r.pool.unwrap_or_default())),
    Column::new("dns_response", Kind::Text, response),
    Column::new("dns_etype", Kind::Text, entry),
    Column::new("protocol", Kind::Text, protocol),
    Column::new("client_ip6", Kind::Text, |r| v6(Some(r.client))),
    Column::new("server_ip6", Kind::Text, |r| v6(r.member)),
];

fn v4<'a>(address: Option<IpAddr>) -> Cell<'a> {
    address.filter(IpAddr::is_ipv4).map_or(Cell::None, Cell::Address)
}

fn v6<'a>(address: Option<IpAddr>) -> Cell<'a> {
    address.filter(IpAddr::is_ipv6).map_or(Cell::None, Cell::Address)
}

/// Of Avi's object only the code is known; there is none where nothing was sent, nor a name for every code.
fn response<'a>(record: &Record<'a>) -> Cell<'a> {
    static OBJECTS: LazyLock<Vec<(i16, String)>> = LazyLock::new(|| {
        let object = |name: &str| format!(r#"{{"response_code":"DNS_RCODE_{name}"}}"#);
        Rcode::NAMED.iter().map(|(name, number)| (*number as i16, object(name))).collect()
    });
    let known = OBJECTS.iter().find(|(number, _)| *number == record.rcode);
    known.map_or(Cell::None, |(_, object)| Cell::Json(object))
}

/// Which kind of entry answered. A name that does not exist, and a query that is refused, had none.
fn entry<'a>(record: &Record<'a>) -> Cell<'a> {
    match record.service {
        Some(_) => Cell::Text("DNS_ENTRY_GSLB"),
        None if record.rcode as u16 == Rcode::NOERROR.0 => Cell::Text("DNS_ENTRY_STATIC"),
        None => Cell::None,
    }
}

/// The protocol of IP below the transport.
fn protocol<'a>(record: &Record<'a>) -> Cell<'a> {
    match transport(record) {
        Some(Transport::Udp | Transport::Quic) => Cell::Text("PROTOCOL_UDP"),
        Some(Transport::Tcp | Transport::Tls | Transport::Https) => Cell::Text("PROTOCOL_TCP"),
        None => Cell::None,
    }
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
        for column in &FILLED {
            assert!(place(column.name).is_some(), "{} is none of Avi's", column.name);
        }
    }
}
