//! Which connections are open, in the order of their last query.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{IpAddr, Ipv6Addr};

use tokio_util::sync::CancellationToken;

/// The open connections. Each has a turn, a number that rises with every query of any of them, so that the lowest is
/// the one idle longest: one that sends its query octet by octet, or does not take its answer, is idle as well.
#[derive(Debug, Default)]
pub struct Open {
    next: u64,
    by_turn: BTreeMap<u64, Connection>,
    by_client: HashMap<IpAddr, BTreeSet<u64>>,
}

#[derive(Debug)]
struct Connection {
    client: IpAddr,
    evicted: CancellationToken,
}

impl Open {
    /// Takes a connection in, and closes those idle longest for it: of its client beyond `per_client`, of all beyond
    /// `limit`. Gives its turn and what says that it has to close.
    pub fn enter(&mut self, client: IpAddr, limit: usize, per_client: usize) -> (u64, CancellationToken) {
        let client = host(client);
        while let Some(turns) = self.by_client.get(&client).filter(|turns| turns.len() >= per_client.max(1)) {
            let Some(turn) = turns.first().copied() else { break };
            self.evict(turn);
        }
        while self.by_turn.len() >= limit.max(1) && self.close_idle() {}
        let evicted = CancellationToken::new();
        (self.put(Connection { client, evicted: evicted.clone() }), evicted)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_turn.len()
    }

    /// Closes the one idle longest; false when there is none.
    pub fn close_idle(&mut self) -> bool {
        self.by_turn.first_key_value().map(|(turn, _)| *turn).is_some_and(|turn| self.evict(turn))
    }

    /// A query came: gives the connection's new turn.
    pub fn active(&mut self, turn: u64) -> u64 {
        match self.take(turn) {
            Some(connection) => self.put(connection),
            None => turn,
        }
    }

    /// The connection is over.
    pub fn leave(&mut self, turn: u64) {
        self.take(turn);
    }

    fn evict(&mut self, turn: u64) -> bool {
        let connection = self.take(turn);
        connection.is_some_and(|connection| {
            connection.evicted.cancel();
            true
        })
    }

    fn put(&mut self, connection: Connection) -> u64 {
        let turn = self.next;
        self.next += 1;
        self.by_client.entry(connection.client).or_default().insert(turn);
        self.by_turn.insert(turn, connection);
        turn
    }

    fn take(&mut self, turn: u64) -> Option<Connection> {
        let connection = self.by_turn.remove(&turn)?;
        if let Some(turns) = self.by_client.get_mut(&connection.client) {
            turns.remove(&turn);
            if turns.is_empty() {
                self.by_client.remove(&connection.client);
            }
        }
        Some(connection)
    }
}

/// What counts as one client: an IPv4 address, mapped or not, or the /64 of an IPv6 one.
fn host(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_one_idle_longest_makes_room() {
        let mut open = Open::default();
        let (first, first_evicted) = open.enter(ip("192.0.2.1"), 3, 3);
        let (_, second_evicted) = open.enter(ip("192.0.2.2"), 3, 3);
        let (third, third_evicted) = open.enter(ip("192.0.2.3"), 3, 3);
        let first = open.active(first);
        let (_, fourth_evicted) = open.enter(ip("192.0.2.4"), 3, 3);
        assert!(second_evicted.is_cancelled() && !first_evicted.is_cancelled());
        assert!(!third_evicted.is_cancelled() && !fourth_evicted.is_cancelled());
        open.leave(third);
        open.enter(ip("192.0.2.5"), 3, 3);
        assert!(!first_evicted.is_cancelled(), "one that is over made room");
        assert!(open.close_idle() && first_evicted.is_cancelled());
        assert_eq!(open.active(first), first, "one that was closed has no turn any more");
        assert_eq!((open.by_turn.len(), open.by_client.len()), (2, 2));
    }

    #[test]
    fn a_client_makes_room_among_its_own() {
        let mut open = Open::default();
        let (_, other) = open.enter(ip("192.0.2.9"), 100, 2);
        let (_, first) = open.enter(ip("2001:db8::1"), 100, 2);
        let (_, second) = open.enter(ip("2001:db8::2"), 100, 2);
        let (_, third) = open.enter(ip("2001:db8:0:0:ffff::3"), 100, 2);
        assert!(first.is_cancelled(), "one /64 is one client");
        open.enter(ip("2001:db8:0:1::4"), 100, 2);
        assert!(!second.is_cancelled() && !third.is_cancelled() && !other.is_cancelled());
        let (_, mapped) = open.enter(ip("::ffff:192.0.2.9"), 100, 1);
        assert!(other.is_cancelled() && !mapped.is_cancelled());
    }

    #[test]
    fn a_limit_that_is_lowered_holds_from_the_next_connection_on() {
        let mut open = Open::default();
        let tokens: Vec<_> = (0..10).map(|n| open.enter(IpAddr::from([192, 0, 2, n]), 10, 5).1).collect();
        open.enter(ip("192.0.2.99"), 3, 5);
        let closed = tokens.iter().map(|token| token.is_cancelled());
        assert_eq!(closed.collect::<Vec<_>>(), [[true; 8].as_slice(), &[false; 2]].concat());
    }

    #[test]
    fn nothing_is_left_of_connections_that_are_over() {
        let mut open = Open::default();
        for n in 0..1000u32 {
            let (turn, _) = open.enter(IpAddr::from(n.to_be_bytes()), 10, 5);
            let turn = open.active(turn);
            open.leave(turn);
        }
        assert!(open.by_turn.is_empty() && open.by_client.is_empty());
    }
}
