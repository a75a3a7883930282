//! A packet in, an answer out, on both paths.
#![no_main]

use std::sync::{Arc, LazyLock};

use dns::{Cookies, Identity, Path, Policy, Serving};
use libfuzzer_sys::fuzz_target;
use model::config::Config;
use model::event::Transport;
use model::health::HealthTable;
use model::snapshot::Snapshot;

#[path = "../../crates/dns/tests/dns/rules.rs"]
mod rules;

/// 2026-11-20T08:00:00Z
const NOW: i64 = 1_795_161_600_000_000;

/// Two views of the same configuration: the turns of the one are not those of the other.
static VIEWS: LazyLock<[Serving; 2]> = LazyLock::new(|| {
    let config: Config = serde_json::from_str(include_str!("../zone.json")).expect("the configuration");
    [(); 2].map(|()| {
        let snapshot = Arc::new(Snapshot { epoch: 1, generation: 1, at: NOW, config: config.clone() });
        Serving::build(snapshot, Arc::new(HealthTable::default()), None, 1, 7, NOW).expect("a view")
    })
});
static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let text = |text: &str| Some(text.to_owned());
    let identity = Identity { nsid: text("here"), version: text("9.9"), id: text("east") };
    Policy { identity, cookies: Cookies::new([7; 16], None), ..Policy::default() }
});

fuzz_target!(|packet: &[u8]| {
    let [one, other] = &*VIEWS;
    for transport in [Transport::Udp, Transport::Tcp] {
        let fast = rules::reply(one, &POLICY, packet, NOW, transport, Path::Fastest);
        let complete = rules::reply(other, &POLICY, packet, NOW, transport, Path::Complete);
        for answer in [&fast, &complete] {
            if let Some(rule) = rules::broken(packet, answer.as_deref(), transport) {
                panic!("{rule}: {answer:02x?}");
            }
        }
        // All but the way names are pointed at.
        let codes = |answer: &Option<Vec<u8>>| answer.as_ref().map(|a| a[..12].to_vec());
        assert_eq!(codes(&fast), codes(&complete));
    }
});
