//! A packet that claims to be signed, as it is and with a signature that is right, under a rate limit.
#![no_main]

use std::sync::{Arc, LazyLock};

use dns::{Hmac, Limiter, Path, Policy, RateLimit, Serving, TsigKey, TsigKeys};
use hickory_proto::op::Message;
use hickory_proto::rr::Name;
use hickory_proto::rr::TSigner;
use hickory_proto::rr::rdata::tsig::TsigAlgorithm;
use libfuzzer_sys::fuzz_target;
use model::config::Config;
use model::event::Transport;
use model::health::HealthTable;
use model::snapshot::Snapshot;

#[path = "../../crates/dns/tests/dns/rules.rs"]
mod rules;

/// 2026-11-20T08:00:00Z, microseconds.
const NOW: i64 = 1_795_161_600_000_000;
const KEY: &str = "transfer.example.";
const SECRET: [u8; 32] = [7; 32];

static VIEW: LazyLock<Serving> = LazyLock::new(|| {
    let config: Config = serde_json::from_str(include_str!("../zone.json")).expect("the configuration");
    let snapshot = Arc::new(Snapshot { epoch: 1, generation: 1, at: NOW, config });
    Serving::build(snapshot, Arc::new(HealthTable::default()), None, 1, 7, NOW).expect("a view")
});
static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let key = TsigKey { name: KEY.parse().expect("a name"), hmac: Hmac::Sha256, secret: SECRET.to_vec() };
    let rate = Limiter::new(RateLimit { responses_per_second: 1_000_000, ..RateLimit::default() });
    Policy { keys: TsigKeys::new([key]), rate: Some(Arc::new(rate)), ..Policy::default() }
});
static SIGNER: LazyLock<TSigner> = LazyLock::new(|| {
    let name = Name::from_ascii(KEY).expect("a name");
    TSigner::new(SECRET.to_vec(), TsigAlgorithm::HmacSha256, name, 300).expect("a signer")
});

fn hold(packet: &[u8]) {
    for transport in [Transport::Udp, Transport::Tcp] {
        for path in [Path::Fastest, Path::Complete] {
            let answer = rules::reply(&VIEW, &POLICY, packet, NOW, transport, path);
            if let Some(rule) = rules::broken(packet, answer.as_deref(), transport) {
                panic!("{rule}: {answer:02x?}");
            }
        }
    }
}

fuzz_target!(|packet: &[u8]| {
    hold(packet);
    let Ok(mut message) = Message::from_vec(packet) else { return };
    if message.finalize(&*SIGNER, (NOW / 1_000_000) as u64).is_err() {
        return;
    }
    if let Ok(signed) = message.to_vec() {
        hold(&signed);
    }
});
