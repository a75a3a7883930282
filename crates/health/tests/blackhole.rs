//! Members behind a network that swallows everything, and behind none at all.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use health::Tools;
use health::probe::{Network, Probe, Trace};
use health::target::Target;
use model::config::Monitor;
use model::health::FailureCode;
use serde_json::json;

/// A network whose packets all come back to this machine and are not for it, so that they are dropped; in a network
/// namespace that ends with its process.
const NETWORK: &str = "ip link set lo up && ip addr add 10.254.0.1/32 dev lo && \
                       ip route add 10.255.0.0/24 dev lo src 10.254.0.1 && exec \"$0\" --ignored --exact inside";

#[test]
fn silence_of_the_network_and_a_missing_route_are_told_apart() {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
    if !is_root {
        eprintln!("skipped: only root may make a network namespace");
        return;
    }
    let this = std::env::current_exe().unwrap();
    let run = Command::new("unshare").args(["--net", "sh", "-c", NETWORK]).arg(this).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
#[ignore = "runs in the network namespace that the other test makes"]
async fn inside() {
    for (kind, at, code) in [
        ("tcp", "10.255.0.9:80", FailureCode::ConnectionTimeout),
        ("http", "10.255.0.9:80", FailureCode::ConnectionTimeout),
        ("tls", "10.255.0.9:443", FailureCode::ConnectionTimeout),
        ("grpc", "10.255.0.9:443", FailureCode::ConnectionTimeout),
        ("udp", "10.255.0.9:53", FailureCode::NoResponse),
        ("dns", "10.255.0.9:53", FailureCode::NoResponse),
        ("icmp", "10.255.0.9:0", FailureCode::NoResponse),
        ("tcp", "192.0.2.1:80", FailureCode::ServerUnreachable),
        ("http", "192.0.2.1:80", FailureCode::ServerUnreachable),
        ("udp", "192.0.2.1:53", FailureCode::ServerUnreachable),
        ("icmp", "192.0.2.1:0", FailureCode::ServerUnreachable),
    ] {
        let at: SocketAddr = at.parse().unwrap();
        let mut monitor = json!({"name": "m", "type": kind, "interval": "20s", "timeout": "300ms"});
        match kind {
            "icmp" => {}
            "udp" => monitor
                .as_object_mut()
                .unwrap()
                .extend([("send".into(), json!("x")), ("expect".into(), json!("y"))]),
            "dns" => monitor["query"] = json!({"name": "a.test"}),
            _ => {}
        }
        if kind != "icmp" {
            monitor["port"] = at.port().into();
        }
        let monitor: Monitor = serde_json::from_value(monitor).unwrap();
        let target = Target::new(at.ip(), "a.test", Arc::new(monitor));
        let start = Instant::now();
        let failure = Network::new(Tools::default()).check(&target, &Trace::off()).await.unwrap_err();
        let took = start.elapsed();
        assert_eq!(failure.code, code, "{kind} {at}: {failure:?}");
        let limit = Duration::from_millis(300);
        match code {
            // A missing route is known at once; a busy machine may take its time to say so.
            FailureCode::ServerUnreachable => assert!(took < Duration::from_secs(3), "{kind}: {took:?}"),
            _ => assert!(
                took >= limit - Duration::from_millis(1) && took < Duration::from_secs(3),
                "{kind}: {took:?}"
            ),
        }
    }
}
