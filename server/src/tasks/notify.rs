//! Tells secondaries which zones a new generation changed (RFC 1996), beside publishing and never in its way.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dns::notify::Notify;
use model::DnsName;
use model::config::Config;
use model::rrtype::Rcode;
use tokio::net::UdpSocket;

use crate::config::tsig;
use crate::site::Site;

/// How long an answer is waited for, after each sending: a minute in all (RFC 1996 section 3.6 asks for such a bound).
const WAITS: [Duration; 5] = [
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(16),
    Duration::from_secs(30),
];

/// What became of one NOTIFY.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The secondary knows.
    Acknowledged,
    /// It answered, and does not want to know.
    Refused,
    /// Nobody listens there.
    Unreachable,
    /// Nobody answered.
    Unanswered,
}

impl Outcome {
    const ALL: [Outcome; 4] =
        [Outcome::Acknowledged, Outcome::Refused, Outcome::Unreachable, Outcome::Unanswered];

    /// The word in metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Acknowledged => "acknowledged",
            Outcome::Refused => "refused",
            Outcome::Unreachable => "unreachable",
            Outcome::Unanswered => "unanswered",
        }
    }
}

/// How often each outcome was.
#[derive(Debug, Default)]
pub struct Counts([AtomicU64; Outcome::ALL.len()]);

impl Counts {
    fn add(&self, outcome: Outcome, times: u64) {
        self.0[outcome as usize].fetch_add(times, Relaxed);
    }

    /// Each outcome with its count.
    pub fn read(&self) -> impl Iterator<Item = (Outcome, u64)> {
        Outcome::ALL.into_iter().map(|outcome| (outcome, self.0[outcome as usize].load(Relaxed)))
    }
}

/// One zone that one secondary is to be told of.
#[derive(Debug, PartialEq, Eq)]
struct Due {
    secondary: SocketAddr,
    zone: DnsName,
    key: Option<DnsName>,
}

/// What one secondary is to be told of: zones, each with its key.
#[derive(Default)]
struct Queue {
    waiting: BTreeMap<DnsName, Option<DnsName>>,
    running: bool,
}

/// Follows what is published. The view of the start counts as new: what was published before may not have been told.
pub async fn run(site: Arc<Site>) {
    let mut published = site.publisher.published();
    let mut queues: HashMap<SocketAddr, Arc<Mutex<Queue>>> = HashMap::new();
    let mut known: Option<Arc<model::snapshot::Snapshot>> = None;
    loop {
        let snapshot = site.snapshot();
        if known.as_ref().is_none_or(|known| !Arc::ptr_eq(known, &snapshot)) {
            for problem in tsig::unknown(&snapshot.config, &site.responder.policy().keys) {
                tracing::error!(%problem, "transfers by this key are refused");
            }
            for due in due(known.as_ref().map(|known| &known.config), &snapshot.config) {
                let queue = queues.entry(due.secondary).or_default();
                let mut open = queue.lock().unwrap_or_else(PoisonError::into_inner);
                open.waiting.insert(due.zone, due.key);
                if !std::mem::replace(&mut open.running, true) {
                    tokio::spawn(tell_all(site.clone(), due.secondary, queue.clone()));
                }
            }
            known = Some(snapshot);
        }
        if published.changed().await.is_err() {
            return;
        }
    }
}

/// Zones that differ, in themselves or in a service of theirs, once for each secondary.
fn due(before: Option<&Config>, now: &Config) -> Vec<Due> {
    let told = |zone: &&model::config::Zone| zone.transfer.as_ref().is_some_and(|transfer| transfer.notify);
    if !now.zones.iter().any(|zone| told(&zone)) {
        return Vec::new();
    }
    let old_zones: HashMap<_, _> = before.iter().flat_map(|c| &c.zones).map(|z| (&z.name, z)).collect();
    let zones: HashMap<_, _> = now.zones.iter().map(|z| (&z.name, z)).collect();
    let mut changed: std::collections::BTreeSet<&DnsName> =
        now.zones.iter().filter(|z| old_zones.get(&z.name) != Some(z)).map(|z| &z.name).collect();
    let zone_of = |name: &DnsName| {
        let above = std::iter::successors(Some(name.clone()), DnsName::parent);
        above.filter_map(|name| zones.get(&name).map(|zone| &zone.name)).next()
    };
    let old: HashMap<_, _> = before.iter().flat_map(|c| &c.services).map(|s| (&s.name, s)).collect();
    let new: HashMap<_, _> = now.services.iter().map(|s| (&s.name, s)).collect();
    let other = new.iter().filter(|(name, service)| old.get(*name) != Some(service)).map(|(name, _)| name);
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    changed.extend(other.chain(gone).filter_map(|name| zone_of(name)));
    // A zone that came or went inside another changes what is the other's.
    let inner = now.zones.iter().map(|z| &z.name).filter(|name| !old_zones.contains_key(name));
    let gone = old_zones.keys().copied().filter(|name| !zones.contains_key(name));
    changed.extend(inner.chain(gone).filter_map(|name| zone_of(&name.parent()?)));
    let mut all = Vec::new();
    for zone in changed.into_iter().filter_map(|name| zones.get(name)).filter(|zone| told(zone)) {
        if let Some(transfer) = &zone.transfer {
            all.extend(transfer.secondaries.iter().map(|secondary| Due {
                secondary: secondary.address,
                zone: zone.name.clone(),
                key: transfer.key_of(secondary).cloned(),
            }));
        }
    }
    all
}

/// Tells one secondary of zone after zone, until nothing waits.
async fn tell_all(site: Arc<Site>, secondary: SocketAddr, queue: Arc<Mutex<Queue>>) {
    loop {
        let next = {
            let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
            let next = queue.waiting.pop_first();
            queue.running = next.is_some();
            next
        };
        let Some((zone, key)) = next else { return };
        let view = site.responder.current();
        let now = (site.now() / 1_000_000).max(0) as u64;
        let keys = &site.responder.policy().keys;
        let mut notify = match Notify::new(&view, &zone, keys, key.as_ref(), rand::random(), now) {
            Ok(notify) => notify,
            // Zone and key were there when this was queued, or have been complained of.
            Err(why) => {
                tracing::debug!(%zone, %secondary, ?why, "no NOTIFY was sent");
                continue;
            }
        };
        let serial = view.snapshot().serial();
        drop(view);
        let outcome =
            tell(from(secondary, &site.responder.addresses()), secondary, &mut notify, &WAITS).await;
        site.notified.add(outcome, 1);
        let said = outcome.as_str();
        match outcome {
            Outcome::Acknowledged => {
                tracing::info!(%zone, %secondary, serial, outcome = said, "a secondary was told");
            }
            Outcome::Refused => {
                tracing::warn!(%zone, %secondary, serial, outcome = said, "a secondary could not be told");
            }
            Outcome::Unreachable | Outcome::Unanswered => {
                // What it is not told it finds out by the SOA's refresh time.
                let rest = std::mem::take(&mut queue.lock().unwrap_or_else(PoisonError::into_inner).waiting);
                site.notified.add(outcome, rest.len() as u64);
                let others = rest.len();
                tracing::warn!(%zone, others, %secondary, serial, outcome = said, "a secondary could not be told");
            }
        }
    }
}

/// Sends until there is an answer, once for each of `waits`.
async fn tell(from: SocketAddr, to: SocketAddr, notify: &mut Notify, waits: &[Duration]) -> Outcome {
    match exchange(from, to, notify, waits).await {
        Ok(Some(Rcode::NOERROR)) => Outcome::Acknowledged,
        Ok(Some(_)) => Outcome::Refused,
        Ok(None) => Outcome::Unanswered,
        Err(error) => {
            tracing::debug!(%error, secondary = %to, "sending NOTIFY");
            Outcome::Unreachable
        }
    }
}

async fn exchange(
    from: SocketAddr,
    to: SocketAddr,
    notify: &mut Notify,
    waits: &[Duration],
) -> io::Result<Option<Rcode>> {
    let socket = UdpSocket::bind(from).await?;
    // Connected, the socket hears nobody else, and of it when nobody listens there.
    socket.connect(to).await?;
    let mut buffer = [0; 4096];
    for wait in waits {
        socket.send(notify.octets()).await?;
        let answer = async {
            loop {
                let length = socket.recv(&mut buffer).await?;
                if let Some(rcode) = notify.answer(&buffer[..length]) {
                    return io::Result::Ok(rcode);
                }
            }
        };
        if let Ok(answer) = tokio::time::timeout(*wait, answer).await {
            return answer.map(Some);
        }
    }
    Ok(None)
}

/// Where a NOTIFY is sent from: secondaries know their primary by the address it answers at.
fn from(to: SocketAddr, listen: &[SocketAddr]) -> SocketAddr {
    let any = match to.ip() {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    let own = listen.iter().map(SocketAddr::ip).filter(|ip| ip.is_ipv4() == to.is_ipv4());
    // From loopback only loopback is reached.
    let own = own.filter(|ip| !ip.is_unspecified() && ip.is_loopback() == to.ip().is_loopback());
    SocketAddr::new(own.into_iter().next().unwrap_or(any), 0)
}

#[cfg(test)]
mod tests {
    use dns::{Serving, TsigKeys};
    use model::health::HealthTable;
    use model::snapshot::Snapshot;
    use serde_json::{Value, json};

    use super::*;

    fn config(change: impl FnOnce(&mut Value)) -> Config {
        let service = |name: &str| json!({"name": name, "pools": [{"name": "p", "members": [{"address": "10.0.0.1"}]}]});
        let transfer =
            json!({"secondaries": [{"address": "192.0.2.1"}, {"address": "192.0.2.2", "key": "k"}]});
        let mut config = json!({
            "zones": [
                {"name": "a.example", "transfer": transfer},
                {"name": "b.example", "transfer": transfer},
                {"name": "in.b.example", "transfer": transfer},
                {"name": "quiet.example", "transfer": {"secondaries": [{"address": "192.0.2.1"}], "notify": false}},
                {"name": "alone.example"},
            ],
            "services": [service("s.a.example"), service("s.in.b.example"), service("s.quiet.example")],
        });
        change(&mut config);
        serde_json::from_value(config).unwrap()
    }

    fn zones(before: Option<&Config>, now: &Config) -> Vec<String> {
        let mut zones: Vec<String> = due(before, now).iter().map(|due| due.zone.to_string()).collect();
        zones.dedup();
        zones
    }

    #[test]
    fn the_secondaries_of_a_changed_zone_are_told_and_no_others() {
        let before = config(|_| {});
        assert_eq!(zones(None, &before), ["a.example", "b.example", "in.b.example"]);
        assert_eq!(zones(Some(&before), &before), [""; 0]);
        let ttl = config(|c| c["zones"][0]["ttl"] = json!(7));
        assert_eq!(zones(Some(&before), &ttl), ["a.example"]);
        let all = due(Some(&before), &ttl);
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].key.as_ref(), all[1].key.as_ref()), (None, Some(&"k".parse().unwrap())));
        // A service changes the innermost zone it is in, and so does its end.
        let weight = config(|c| c["services"][1]["ttl"] = json!(7));
        assert_eq!(zones(Some(&before), &weight), ["in.b.example"]);
        let gone = config(|c| drop(c["services"].as_array_mut().unwrap().remove(0)));
        assert_eq!(zones(Some(&before), &gone), ["a.example"]);
        let quiet = config(|c| c["services"][2]["ttl"] = json!(7));
        assert_eq!(zones(Some(&before), &quiet), [""; 0]);
        // What a zone within another hides or shows is the other's.
        let shown = config(|c| drop(c["zones"].as_array_mut().unwrap().remove(2)));
        assert_eq!(zones(Some(&before), &shown), ["b.example"]);
    }

    fn notify() -> Notify {
        let snapshot = Arc::new(Snapshot { epoch: 1, generation: 3, at: 0, config: config(|_| {}) });
        let view = Serving::build(snapshot, Arc::new(HealthTable::default()), None, 1, 7, 0).unwrap();
        let zone = "a.example".parse().unwrap();
        Notify::new(&view, &zone, &TsigKeys::default(), None, 77, 0).unwrap()
    }

    const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

    #[tokio::test]
    async fn it_is_sent_again_until_it_is_answered() {
        let secondary = UdpSocket::bind(LOOPBACK).await.unwrap();
        let to = secondary.local_addr().unwrap();
        let answer = async {
            let mut buffer = [0; 512];
            // The first is lost; the second gets an answer to something else before its own.
            secondary.recv_from(&mut buffer).await.unwrap();
            let (length, client) = secondary.recv_from(&mut buffer).await.unwrap();
            buffer[2] |= 0x80;
            let mut other = buffer;
            other[0] ^= 1;
            secondary.send_to(&other[..length], client).await.unwrap();
            secondary.send_to(&buffer[..length], client).await.unwrap();
        };
        let (mut notify, waits) = (notify(), [Duration::from_millis(50), Duration::from_secs(60)]);
        let (outcome, ()) = tokio::join!(tell(LOOPBACK, to, &mut notify, &waits), answer);
        assert_eq!(outcome, Outcome::Acknowledged);
    }

    #[tokio::test]
    async fn it_ends_when_nobody_answers_or_listens() {
        let silent = UdpSocket::bind(LOOPBACK).await.unwrap();
        let to = silent.local_addr().unwrap();
        let waits = [Duration::from_millis(1); 3];
        assert_eq!(tell(LOOPBACK, to, &mut notify(), &waits).await, Outcome::Unanswered);
        let mut buffer = [0; 512];
        for _ in waits {
            silent.recv(&mut buffer).await.expect("each try is sent");
        }
        drop(silent);
        assert_eq!(tell(LOOPBACK, to, &mut notify(), &WAITS).await, Outcome::Unreachable);
    }

    #[test]
    fn it_comes_from_the_address_that_answers() {
        let listen: Vec<SocketAddr> =
            ["127.0.0.1:53", "0.0.0.0:53", "192.0.2.9:53"].map(|a| a.parse().unwrap()).to_vec();
        let from = |to: &str, listen: &[SocketAddr]| from(to.parse().unwrap(), listen).to_string();
        assert_eq!(from("192.0.2.1:53", &listen), "192.0.2.9:0");
        assert_eq!(from("127.0.0.2:53", &listen), "127.0.0.1:0");
        assert_eq!(from("192.0.2.1:53", &listen[..2]), "0.0.0.0:0");
        assert_eq!(from("[2001:db8::1]:53", &listen), "[::]:0");
    }
}
