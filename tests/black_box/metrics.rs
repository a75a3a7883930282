//! What Prometheus gets: the names users rely on, numbers that are true, labels that nobody outside can multiply.

use std::time::Duration;

use hickory_proto::rr::RecordType;

use crate::harness::Transport::{Tcp, Udp};
use crate::harness::{Scrape, Site, lab, until, volley};

/// Names of the contract and their labels. `steelyard_sync_lag_seconds` comes with the second site.
const NAMES: [(&str, &[&str]); 12] = [
    ("steelyard_dns_requests_total", &["site", "zone", "transport", "family", "qtype"]),
    ("steelyard_dns_responses_total", &["site", "zone", "rcode"]),
    ("steelyard_dns_request_duration_seconds_bucket", &["le"]),
    ("steelyard_answers_total", &["service", "pool", "member"]),
    ("steelyard_rate_limited_total", &["action"]),
    ("steelyard_member_up", &["service", "member", "site"]),
    ("steelyard_weight", &["service", "member", "kind"]),
    ("steelyard_log_rows_total", &["class", "outcome"]),
    ("steelyard_log_queue_depth", &[]),
    ("steelyard_config_generation", &[]),
    ("steelyard_health_check_duration_seconds_bucket", &["le"]),
    ("steelyard_build_info", &["version"]),
];

/// The scrape once the counters have caught up with this many answers.
fn caught_up(site: &Site, answers: f64) -> Scrape {
    until("the counters to be read", Duration::from_secs(20), || {
        let scrape = Scrape::of(&site.http);
        let names = ["steelyard_dns_responses_total", "steelyard_log_rows_total"];
        names.iter().all(|name| scrape.total(name) >= answers).then_some(scrape)
    })
}

#[test]
fn every_name_is_there_and_the_counters_are_the_answers_given() {
    let site = Site::with_lab();
    let tally = volley(site.dns(), lab::SERVICE, &[Udp, Udp, Tcp], 200);
    site.client(Udp).ask("test.avi.iberia.local", RecordType::A);
    site.client(Udp).ask("nowhere.avi.iberia.local", RecordType::AAAA);
    site.client(Udp).ask("www.example.org", RecordType::A);
    let scrape = caught_up(&site, 603.0);
    for (name, labels) in NAMES {
        scrape.sum(name, &[]);
        labels.iter().for_each(|label| assert!(!scrape.values(name, label).is_empty(), "{name} {label}"));
    }
    for (member, count) in &tally {
        let counted = scrape.sum("steelyard_answers_total", &[("service", lab::SERVICE), ("member", member)]);
        assert_eq!(counted, *count as f64, "{member}");
    }
    assert_eq!(scrape.sum("steelyard_answers_total", &[]), 600.0);
    for (transport, count) in [("udp", 403.0), ("tcp", 200.0)] {
        assert_eq!(scrape.sum("steelyard_dns_requests_total", &[("transport", transport)]), count);
    }
    for (rcode, count) in [("NOERROR", 601.0), ("NXDOMAIN", 1.0), ("REFUSED", 1.0)] {
        assert_eq!(scrape.sum("steelyard_dns_responses_total", &[("rcode", rcode)]), count);
    }
    assert_eq!(scrape.sum("steelyard_dns_request_duration_seconds_count", &[]), 603.0);
    assert_eq!(scrape.sum("steelyard_dns_request_duration_seconds_bucket", &[("le", "+Inf")]), 603.0);
    assert_eq!(scrape.sum("steelyard_log_rows_total", &[]), 603.0);
    assert_eq!(scrape.sum("steelyard_config_generation", &[]), 1.0);
    for (member, weight) in lab::MEMBERS.iter().zip([6.0, 3.0, 1.0]) {
        let labels = [("member", *member), ("kind", "configured")];
        assert_eq!(scrape.sum("steelyard_weight", &labels), weight);
    }
    assert!(scrape.text.ends_with("# EOF\n"), "{}", scrape.text);
}

#[test]
fn names_that_clients_make_up_never_become_labels() {
    let site = Site::with_lab();
    let mut client = site.client(Udp);
    let ask = |client: &mut crate::harness::Client, round: u32| {
        for n in 0..100 {
            client.ask(&format!("made-up-{round}-{n}.avi.iberia.local"), RecordType::A);
            client.ask(&format!("made-up-{round}-{n}.example.org"), RecordType::from(1000 + n));
        }
    };
    ask(&mut client, 1);
    let first = caught_up(&site, 200.0);
    ask(&mut client, 2);
    let second = caught_up(&site, 400.0);
    assert_eq!(first.series(), second.series());
    assert!(!second.text.contains("made-up") && !second.text.contains("example"), "{}", second.text);
    let types = second.values("steelyard_dns_requests_total", "qtype");
    assert!(types.len() < 10, "{types:?}");
}
