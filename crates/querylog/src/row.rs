//! An event as a row: numbers to names, wire format to text.

use std::fmt::Write;

use ipnet::IpNet;
use model::event::QueryEvent;
use model::name::presentation;
use model::row::{Class, LogRow};

use crate::names::Names;

/// Writes out an event; the row stands for itself alone.
pub(crate) fn row(event: &QueryEvent, names: &Names, class: Class, significance: &'static str) -> LogRow {
    // Addresses of IPv4 clients on a socket of both families are shown as what they are.
    let client = event.client.ip().to_canonical();
    LogRow {
        at: event.at,
        client,
        port: event.client.port(),
        transport: event.transport,
        fqdn: if event.name().is_empty() { String::new() } else { presentation(event.name()) },
        qtype: event.qtype,
        rcode: event.rcode,
        class,
        significance,
        service: names.service.clone(),
        pool: names.pool.clone(),
        member: names.member,
        answers: answers(event),
        ttl: event.ttl,
        ecs: event.ecs.and_then(|ecs| IpNet::new(ecs.address, ecs.source).ok()).map(|net| net.trunc()),
        generation: event.generation,
        latency_us: event.latency_ns / 1000,
        stands_for: 1,
    }
}

fn answers(event: &QueryEvent) -> String {
    let addresses = event.answers();
    let mut text = String::with_capacity(addresses.len() * 15);
    for (i, address) in addresses.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}{address}", if i > 0 { ";" } else { "" });
    }
    let more = usize::from(event.answer_count()).saturating_sub(addresses.len());
    if !addresses.is_empty() && more > 0 {
        let _ = write!(text, ";+{more}");
    }
    text
}

/// Memory a row takes, bytes, about.
pub(crate) fn size(row: &LogRow) -> usize {
    size_of::<LogRow>() + row.fqdn.capacity() + row.answers.capacity()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::event::{ClientSubnet, Transport};
    use std::net::Ipv4Addr;

    #[test]
    fn a_row_says_what_the_event_says() {
        let mut event = QueryEvent::new(7, "[::ffff:192.0.2.9]:4242".parse().unwrap(), Transport::Tcp);
        event.set_name(b"\x02Ab\x03o;g\0");
        event.latency_ns = 12_999;
        event.ecs = Some(ClientSubnet { address: "198.51.100.0".parse().unwrap(), source: 24, scope: 0 });
        (1..=10).for_each(|i| event.push_answer(Ipv4Addr::new(10, 0, 0, i).into()));
        let names = Names::new(None, Some("ab.o".into()), None, None);
        let row = row(&event, &names, Class::NonSignificant, "");
        assert_eq!(row.client.to_string(), "192.0.2.9");
        assert_eq!(row.fqdn, r"Ab.o\;g");
        assert!(row.answers.starts_with("10.0.0.1;10.0.0.2;") && row.answers.ends_with(";10.0.0.8;+2"));
        assert_eq!(row.ecs.unwrap().to_string(), "198.51.100.0/24");
        assert_eq!((row.latency_us, row.stands_for, row.at), (12, 1, 7));
    }
}
