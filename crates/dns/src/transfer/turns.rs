//! How many transfers are under way, in all and for one client.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

/// Transfers under way at most.
const IN_ALL: usize = 8;
/// Transfers under way at most for one client.
const OF_ONE: usize = 2;

/// Whose turn it is.
#[derive(Default)]
pub struct Turns {
    under_way: Mutex<HashMap<IpAddr, usize>>,
    ended: Notify,
}

/// One transfer under way, until it is dropped.
pub struct Turn<'a> {
    turns: &'a Turns,
    client: IpAddr,
}

impl Turns {
    /// Waits for a turn, `patience` at most. A secondary of many zones asks for all that changed at once, and one that
    /// is refused may not come back for hours.
    pub async fn take(&self, client: IpAddr, patience: Duration) -> Option<Turn<'_>> {
        let wait = async {
            loop {
                // Heard from before the look: an end between the two is not missed.
                let ended = self.ended.notified();
                tokio::pin!(ended);
                ended.as_mut().enable();
                if self.enter(client) {
                    return Turn { turns: self, client };
                }
                ended.await;
            }
        };
        tokio::time::timeout(patience, wait).await.ok()
    }

    fn enter(&self, client: IpAddr) -> bool {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let own = under_way.get(&client).copied().unwrap_or(0);
        if under_way.values().sum::<usize>() >= IN_ALL || own >= OF_ONE {
            return false;
        }
        under_way.insert(client, own + 1);
        true
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut under_way = self.turns.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        match under_way.get_mut(&self.client) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(under_way.remove(&self.client)),
        }
        drop(under_way);
        self.turns.ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    #[tokio::test]
    async fn a_client_has_two_turns_and_all_have_eight() {
        let turns = Turns::default();
        let client = |last: u8| IpAddr::from([192, 0, 2, last]);
        let mut held = Vec::new();
        for last in [1, 1, 2, 2, 3, 3, 4] {
            held.push(turns.take(client(last), NOW).await.expect("a turn"));
        }
        assert!(turns.take(client(1), NOW).await.is_none(), "a third of one client");
        held.push(turns.take(client(4), NOW).await.expect("the eighth"));
        assert!(turns.take(client(5), NOW).await.is_none(), "a ninth");
        held.remove(0);
        assert!(turns.take(client(1), NOW).await.is_some());
        drop(held);
        assert!(turns.under_way.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn who_waits_begins_when_another_ends() {
        let turns = Turns::default();
        let client = IpAddr::from([192, 0, 2, 1]);
        let (first, _second) = (turns.take(client, NOW).await, turns.take(client, NOW).await);
        let wait = turns.take(client, Duration::from_secs(60));
        let end = async {
            tokio::task::yield_now().await;
            drop(first);
        };
        let (third, ()) = tokio::join!(wait, end);
        assert!(third.is_some());
    }
}
