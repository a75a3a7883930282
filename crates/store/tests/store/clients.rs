//! Who asked, and by which network the hash chose.

use std::net::IpAddr;

use model::config::HashMask;
use model::event::Transport;
use model::row::{CounterRow, LogRow, SegmentStart};
use model::rrtype::{Family, Rcode};
use model::split::{HashShare, MemberAnswers, SegmentMember, SplitMode};
use store::Store;

use crate::log::row;
use crate::store;

const NOW: i64 = 1_795_161_600_000_000;
const MINUTE: i64 = 60_000_000;
const SERVICE: &str = "hello.example.org";

fn member(last: u8) -> IpAddr {
    IpAddr::from([10, 0, 0, last])
}

/// A row of a client, whose resolver may tell of a network, and the last octet of the member it was answered.
fn asked(at: i64, client: &str, ecs: Option<&str>, last: u8) -> LogRow {
    let ecs = ecs.map(|network| network.parse().unwrap());
    LogRow { client: client.parse().unwrap(), ecs, member: Some(member(last)), ..row(at, SERVICE, last) }
}

async fn keep(store: &Store, batch: u64, rows: &[LogRow]) {
    store.prepare_partitions(NOW).await.unwrap();
    store.store_rows(batch, rows).await.unwrap();
}

#[tokio::test]
async fn clients_are_counted_by_what_their_rows_stand_for() {
    let (store, _database) = store().await;
    let mut rows = vec![
        asked(NOW, "192.0.2.1", None, 1),
        asked(NOW, "192.0.2.1", None, 2),
        asked(NOW, "192.0.2.9", None, 1),
        asked(NOW, "198.51.100.1", Some("203.0.113.0/24"), 2),
        // A network of no bits tells nothing, and the resolver's own counts.
        asked(NOW, "198.51.100.1", Some("0.0.0.0/0"), 2),
        asked(NOW, "2001:db8:1:2::3", None, 1),
    ];
    rows[0].stands_for = 15;
    rows[3].transport = Transport::Tcp;
    let other = LogRow { service: Some("other.example.org".into()), ..rows[0].clone() };
    let nobody = LogRow { member: None, rcode: Rcode::REFUSED, ..rows[0].clone() };
    rows.extend([other, nobody, asked(NOW + MINUTE, "192.0.2.1", None, 1)]);
    keep(&store, 1, &rows).await;

    let clients = store.split_clients(SERVICE, NOW, NOW + MINUTE).await.unwrap();
    assert_eq!((clients.rows, clients.answers, clients.estimated, clients.cut_at), (6, 20, true, None));
    assert_eq!((clients.clients, clients.networks), (4, 4));
    // 16 of 20 answers are one client's.
    assert_eq!((clients.clients_of_80_percent, clients.top[0].answers), (1, 16));
    assert_eq!((clients.top[0].client, clients.top[0].share), ("192.0.2.1".parse().unwrap(), 0.8));
    let shares: Vec<(u64, f64)> = clients.top_shares.iter().map(|t| (t.clients, t.share)).collect();
    assert_eq!(shares, [(1, 0.8), (2, 0.9)]);
    assert!((clients.effective_clients - 400.0 / (256.0 + 4.0 + 1.0 + 1.0)).abs() < 1e-9);
    let networks: Vec<(&str, u64)> =
        clients.by_network.iter().map(|n| (n.name.as_str(), n.answers)).collect();
    assert_eq!(
        networks,
        [("192.0.2.0/24", 17), ("198.51.100.0/24", 1), ("2001:db8:1::/56", 1), ("203.0.113.0/24", 1)]
    );
    let of_first =
        [MemberAnswers { member: member(1), answers: 16 }, MemberAnswers { member: member(2), answers: 1 }];
    assert_eq!(clients.by_network[0].members, of_first);
    assert_eq!(clients.by_transport.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["udp", "tcp"]);

    let nothing = store.split_clients(SERVICE, NOW - MINUTE, NOW).await.unwrap();
    assert_eq!((nothing.answers, nothing.clients, nothing.effective_clients), (0, 0, 0.0));
}

fn segment(at: i64, health_epoch: u64, members: &[u8]) -> SegmentStart {
    let hash = HashShare { slots: 16_384 / members.len() as u32, mask: HashMask { v4: 24, v6: 56 } };
    let served = |last: &u8| SegmentMember {
        pool: "a".into(),
        address: member(*last),
        site: None,
        weight: 1,
        hash: Some(hash),
    };
    SegmentStart {
        service: SERVICE.into(),
        at,
        generation: 3,
        health_epoch,
        mode: SplitMode::Hashed,
        members: members.iter().map(served).collect(),
    }
}

fn counted(at: i64, health_epoch: u64, last: u8) -> CounterRow {
    CounterRow {
        bucket: at,
        zone: Some("example.org".into()),
        service: Some(SERVICE.into()),
        pool: Some("a".into()),
        member: Some(member(last)),
        family: Family::V4,
        rcode: Rcode::NOERROR,
        generation: 3,
        health_epoch,
        count: 1,
    }
}

#[tokio::test]
async fn a_network_of_two_members_within_a_segment_is_found_and_one_across_a_change_is_not() {
    let (store, _database) = store().await;
    let change = NOW + MINUTE;
    store.add_segments(&[segment(NOW, 1, &[1, 2]), segment(change, 2, &[2])]).await.unwrap();
    store.add_counts(1, &[counted(NOW, 1, 1), counted(change, 2, 2)], &[]).await.unwrap();
    let mut rows = vec![
        asked(NOW, "192.0.2.1", None, 1),
        asked(NOW + 1, "192.0.2.200", None, 1),
        asked(NOW + 2, "198.51.100.1", None, 2),
        asked(NOW + 3, "198.51.100.1", Some("203.0.113.0/24"), 1),
        // To the hash this is the same network.
        asked(NOW + 4, "198.51.100.7", Some("203.0.113.0/25"), 1),
        // Told nothing, the responder goes by turns.
        asked(NOW + 5, "192.0.2.1", Some("0.0.0.0/0"), 2),
        // The moment of the change belongs to either.
        asked(change - 1, "192.0.2.1", None, 2),
        asked(change + 1, "198.51.100.1", None, 1),
        asked(change + 10_000_000, "192.0.2.1", None, 2),
    ];
    keep(&store, 2, &rows).await;
    let seen = |segments: Vec<model::split::ObservedSegment>| -> Vec<(Vec<u64>, u64, u64)> {
        let networks = segments.into_iter().map(|s| s.networks.unwrap());
        networks.map(|n| (n.networks, n.divided, n.rows)).collect()
    };
    let segments = store.observed(SERVICE, NOW, change + MINUTE).await.unwrap();
    assert_eq!(segments[0].mode, SplitMode::Hashed);
    assert_eq!(seen(segments), [(vec![2, 1], 0, 5), (vec![1], 0, 1)]);

    rows = vec![asked(NOW + 9, "192.0.2.77", None, 2)];
    keep(&store, 3, &rows).await;
    let segments = store.observed(SERVICE, NOW, change + MINUTE).await.unwrap();
    let first = segments[0].networks.clone().unwrap();
    assert_eq!((first.networks, first.divided), (vec![1, 1], 1));
    assert_eq!(first.examples[0].network, "192.0.2.0/24".parse().unwrap());
    let rows: Vec<_> = first.examples[0].members.iter().map(|m| (m.member, m.rows)).collect();
    assert_eq!(rows, [(member(1), 2), (member(2), 1)]);
}
