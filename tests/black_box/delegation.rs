//! The site as the world meets it: behind a parent zone that delegates to it.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use crate::harness::{Parent, Site, lab, until};

/// What dig prints of a question to `server`.
fn dig(server: SocketAddr, args: &[&str]) -> String {
    let (at, port) = (format!("@{}", server.ip()), server.port().to_string());
    let output = Command::new("dig").args([&at, "-p", &port]).args(args).output();
    let output = output.unwrap_or_else(|e| panic!("dig does not start ({e}): install it"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn bind_follows_its_delegation_and_resolves_through_the_site() {
    // BIND listens at addresses of interfaces alone, which 127.0.0.1 is: the site gives way to it.
    let site = Site::with_settings("dns = [\"127.0.0.63:0\"]");
    let bind = Parent::bind(site.dns());
    let asked = |name: &str, kind: &str| dig(bind.address, &[name, kind]);

    let steered = asked(lab::SERVICE, "A");
    assert!(steered.contains("status: NOERROR") && steered.contains("ANSWER: 1,"), "{steered}");
    assert!(lab::MEMBERS.iter().any(|member| steered.contains(member)), "{steered}");
    let record = asked("test.avi.iberia.local", "A");
    assert!(record.contains("10.10.24.200"), "{record}");
    // Nothing is there, or nothing of the kind: both with the SOA they may be kept by.
    for (name, kind, status) in
        [(lab::SERVICE, "AAAA", "NOERROR"), ("nowhere.avi.iberia.local", "A", "NXDOMAIN")]
    {
        let negative = asked(name, kind);
        assert!(negative.contains(&format!("status: {status}")), "{negative}");
        assert!(negative.contains("ANSWER: 0, AUTHORITY: 1") && negative.contains("SOA"), "{negative}");
    }
    // The site saw the resolver, and answered it what it passed on.
    let filter = format!("client_ip = {} and fqdn = {} and qtype = A", bind.address.ip(), lab::SERVICE);
    let row = until("the resolver's query in the log", Duration::from_secs(30), || {
        let exported = site.cli(&["logs", "export", "--since", "10m", "--filter", &filter]).success().stdout;
        exported.lines().nth(1).map(str::to_owned)
    });
    let answered = lab::MEMBERS.into_iter().find(|member| steered.contains(member));
    assert!(answered.is_some_and(|member| row.contains(member)), "{row} {steered}");
}

#[test]
fn knot_refers_to_the_site_with_its_address() {
    let site = Site::with_lab();
    let knot = Parent::knot(site.dns());
    let referral = dig(knot.address, &[lab::SERVICE, "A", "+norecurse"]);
    for piece in ["ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 2", "ns1.avi.iberia.local.", "127.0.0.1"] {
        assert!(referral.contains(piece), "{piece} in {referral}");
    }
    // Who follows it is answered with authority.
    let answer = dig(site.dns(), &[lab::SERVICE, "A", "+norecurse"]);
    assert!(answer.contains("flags: qr aa;") && answer.contains("ANSWER: 1,"), "{answer}");
}
