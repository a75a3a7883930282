//! Checks on time: a probe without a network, and a clock that the test moves.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use health::probe::{Failure, Policy, Probe, Seen, Tools, Trace};
use health::target::Target;
use health::{Checker, Options};
use model::config::Config;
use model::health::{FailureCode, Health, MemberKey};
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

/// Answers as told, and writes down when it was asked.
struct Script {
    start: Instant,
    takes: Duration,
    down: Mutex<HashSet<IpAddr>>,
    asked: Mutex<HashMap<IpAddr, Vec<Duration>>>,
    running: AtomicUsize,
    most: AtomicUsize,
}

impl Script {
    fn new(takes: Duration) -> Arc<Self> {
        Arc::new(Script {
            start: Instant::now(),
            takes,
            down: Mutex::default(),
            asked: Mutex::default(),
            running: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        })
    }

    fn set_down(&self, addresses: &[IpAddr]) {
        *self.down.lock().unwrap() = addresses.iter().copied().collect();
    }

    fn times(&self, address: IpAddr) -> Vec<Duration> {
        self.asked.lock().unwrap().get(&address).cloned().unwrap_or_default()
    }
}

impl Probe for Script {
    fn check<'a>(&'a self, target: &'a Target, _: &'a Trace) -> BoxFuture<'a, Seen> {
        Box::pin(async {
            self.asked.lock().unwrap().entry(target.address).or_default().push(self.start.elapsed());
            let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(running, Ordering::SeqCst);
            sleep(self.takes).await;
            self.running.fetch_sub(1, Ordering::SeqCst);
            if self.down.lock().unwrap().contains(&target.address) {
                return Err(Failure::new(FailureCode::ConnectionRefused, "connection refused"));
            }
            Ok("connected".to_owned())
        })
    }
}

fn address(i: u32) -> IpAddr {
    Ipv4Addr::from(0xc000_0200 + i).into()
}

fn config(members: u32) -> Config {
    let members: Vec<_> = (1..=members).map(|i| json!({"address": address(i)})).collect();
    serde_json::from_value(json!({
        "monitors": [{"name": "m", "type": "tcp", "port": 80}],
        "services": [{"name": "a.test", "monitors": ["m"], "pools": [{"name": "p", "members": members}]}],
    }))
    .unwrap()
}

fn key(i: u32) -> MemberKey {
    MemberKey { service: "a.test".parse().unwrap(), pool: "p".parse().unwrap(), address: address(i) }
}

fn options(concurrency: usize) -> Options {
    let start = Instant::now();
    Options {
        clock: Arc::new(move || 1_000_000 + start.elapsed().as_micros() as i64),
        concurrency,
        first_epoch: 1000,
        remembered: Vec::new(),
    }
}

fn start(concurrency: usize, members: u32, probe: &Arc<Script>) -> Checker {
    Checker::with_probe(options(concurrency), &config(members), probe.clone())
}

const MILLI: Duration = Duration::from_millis(1);

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[tokio::test(start_paused = true)]
async fn every_target_runs_each_interval_on_its_own_phase_without_drift() {
    let probe = Script::new(Duration::from_millis(700));
    let _checker = start(256, 20, &probe);
    sleep(seconds(1000)).await;
    let mut phases = HashSet::new();
    for i in 1..=20 {
        let times = probe.times(address(i));
        assert!((100..=101).contains(&times.len()), "{} checks in 1000 s", times.len());
        assert!(times[0] <= seconds(1) + MILLI, "the first check comes at once");
        // The first turn may be due while the first check still runs, and then waits for its end.
        assert!(times[1] <= seconds(11) + probe.takes + MILLI);
        assert!(times[2] - times[1] <= seconds(10) + MILLI);
        for (n, at) in times[2..].iter().enumerate() {
            let drift = at.abs_diff(times[2] + seconds(10) * n as u32);
            assert!(drift <= 2 * MILLI, "check {n} of {i} is {drift:?} off");
        }
        phases.insert(times[2].as_millis());
    }
    assert!(phases.len() > 10, "phases are spread: {phases:?}");
}

#[tokio::test(start_paused = true)]
async fn no_more_checks_are_in_flight_than_there_are_places() {
    let probe = Script::new(seconds(3));
    let _checker = start(5, 60, &probe);
    sleep(seconds(600)).await;
    assert_eq!(probe.most.load(Ordering::SeqCst), 5);
    // 5 places of 3 s make 1000 checks in 600 s; every one of 60 targets has its share of them.
    for i in 1..=60 {
        assert!(probe.times(address(i)).len() >= 12, "{} checks of {i}", probe.times(address(i)).len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_member_goes_down_and_comes_back_as_its_monitor_says() {
    let probe = Script::new(MILLI);
    let checker = start(256, 2, &probe);
    let mut changes = checker.changes();
    let mut table = checker.table();
    assert_eq!(table.borrow_and_update().epoch, 1000);
    sleep(seconds(2)).await;
    assert_eq!(
        table.borrow_and_update().members,
        [(key(1), Health::Up), (key(2), Health::Up)].into_iter().collect()
    );
    assert_eq!(table.borrow().epoch, 1002);
    for _ in 0..2 {
        assert_eq!(changes.try_recv().unwrap().to.health(), Health::Up);
    }

    let failed = Instant::now();
    probe.set_down(&[address(2)]);
    let change = changes.recv().await.unwrap();
    let took = failed.elapsed();
    assert!(
        took >= seconds(20) - MILLI && took <= seconds(30) + 10 * MILLI,
        "down after three checks: {took:?}"
    );
    assert_eq!((change.key.clone(), change.turned()), (key(2), Some((Health::Up, Health::Down))));
    assert_eq!(change.failure, Some(FailureCode::ConnectionRefused));
    assert_eq!(table.borrow_and_update().of(&key(2)).health(), Health::Down);
    assert_eq!(table.borrow().epoch, 1003);
    let state = &checker.state()[&key(2)];
    assert_eq!((state.health, state.since, state.checks[0].streak), (Health::Down, change.at, 3));

    probe.set_down(&[]);
    assert_eq!(changes.recv().await.unwrap().to.health(), Health::Up);
    assert_eq!(table.borrow().epoch, 1004);
    let asked = probe.times(address(1)).len() + probe.times(address(2)).len();
    assert_eq!(checker.durations().count, asked as u64);
}

#[tokio::test(start_paused = true)]
async fn a_new_configuration_keeps_phases_and_stops_what_is_gone() {
    let probe = Script::new(MILLI);
    let checker = start(256, 3, &probe);
    sleep(seconds(15)).await;
    checker.reconfigure(&config(2));
    let gone = probe.times(address(3)).len();
    sleep(seconds(100)).await;
    assert_eq!(probe.times(address(3)).len(), gone);
    assert_eq!(checker.state().len(), 2);
    let times = probe.times(address(1));
    for (n, at) in times[2..].iter().enumerate() {
        assert!(at.abs_diff(times[2] + seconds(10) * n as u32) <= 2 * MILLI, "check {n} at {at:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_runs_after_a_shutdown_or_a_drop() {
    let probe = Script::new(seconds(3));
    let checker = start(256, 10, &probe);
    sleep(seconds(15)).await;
    checker.shutdown().await;
    let count = || (1..=10).map(|i| probe.times(address(i)).len()).sum::<usize>();
    let before = count();
    checker.reconfigure(&config(12));
    sleep(seconds(60)).await;
    assert_eq!(count(), before);

    let dropped = start(256, 10, &probe);
    drop(dropped);
    sleep(seconds(60)).await;
    assert_eq!(count(), before);
}

#[tokio::test]
async fn over_the_network_a_member_that_listens_is_up_and_one_that_does_not_is_down() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let config: Config = serde_json::from_value(json!({
        "monitors": [{"name": "m", "type": "tcp", "port": port, "interval": "50ms", "timeout": "40ms", "failures": 1, "successes": 1}],
        "services": [{"name": "a.test", "monitors": ["m"], "pools": [{"name": "p", "members": [
            {"address": "127.0.0.1"}, {"address": "127.0.0.2"}]}]}],
    }))
    .unwrap();
    let checker = Checker::start(
        options(256),
        &config,
        Tools::new(Policy::new(vec!["127.0.0.0/8".parse().unwrap()], Vec::new())),
    );
    let key = |address: &str| MemberKey {
        service: "a.test".parse().unwrap(),
        pool: "p".parse().unwrap(),
        address: address.parse().unwrap(),
    };
    let mut table = checker.table();
    // Waits for the outcome itself: on a busy machine a single check may take too long and be counted as failed.
    let judged = table.wait_for(|t| {
        t.of(&key("127.0.0.1")).health() == Health::Up && t.of(&key("127.0.0.2")).health() == Health::Down
    });
    timeout(seconds(60), judged).await.expect("judged within a minute").unwrap();
    checker.shutdown().await;
}
