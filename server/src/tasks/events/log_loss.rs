//! Rows of the query log that are lost, as a share of all of the last minute.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use model::occurrence::Kind;

use crate::events;
use crate::site::Site;

/// Between two looks.
const ROUND: Duration = Duration::from_secs(5);
/// Looks that make the window: one minute.
const ROUNDS: usize = 12;
/// Lost rows in a hundred that are told of; and at least so many rows.
const SHARE: u64 = 1;
const LEAST: u64 = 10;

/// Looks for ever.
pub async fn watch(site: Arc<Site>) {
    let mut loss = Loss::default();
    let mut rounds = tokio::time::interval(ROUND);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        let status = site.pipeline.status();
        if let Some((kind, lost, all)) = loss.look(status.stored, status.dropped) {
            site.events.note(events::log_loss(kind, site.now(), lost, all));
        }
    }
}

/// The counts of the last looks, and what was said of them.
#[derive(Debug, Default)]
struct Loss {
    looks: VecDeque<(u64, u64)>,
    told: bool,
}

impl Loss {
    /// Takes the counts since the start: what is to be said, with the rows lost and all rows of the window. It begins
    /// with a share that matters, and is over when nothing was lost for a whole window.
    fn look(&mut self, stored: u64, lost: u64) -> Option<(Kind, u64, u64)> {
        self.looks.push_back((stored, lost));
        if self.looks.len() > ROUNDS + 1 {
            self.looks.pop_front();
        }
        let (first_stored, first_lost) = *self.looks.front()?;
        let gone = lost - first_lost.min(lost);
        let all = gone + stored - first_stored.min(stored);
        let matters = gone >= LEAST && gone * 100 >= all * SHARE;
        let over = self.looks.len() > ROUNDS && gone == 0;
        match self.told {
            false if matters => {
                self.told = true;
                Some((Kind::LogLoss, gone, all))
            }
            true if over => {
                self.told = false;
                Some((Kind::LogLossOver, 0, all))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_told_once_and_its_end_after_a_minute_without_any() {
        let mut loss = Loss::default();
        assert_eq!(loss.look(0, 0), None);
        assert_eq!(loss.look(10_000, 99), None, "less than one in a hundred");
        assert_eq!(loss.look(10_000, 150), Some((Kind::LogLoss, 150, 10_150)));
        assert_eq!(loss.look(10_000, 900), None);
        let ends: Vec<_> = (1..=30).map(|n| loss.look(10_000 + n, 900)).collect();
        let over = ends.iter().position(Option::is_some).unwrap();
        assert_eq!(over, ROUNDS - 1, "the last loss has to leave the window");
        assert_eq!(ends.iter().flatten().count(), 1);
    }

    #[test]
    fn a_few_lost_rows_are_no_event() {
        let mut loss = Loss::default();
        assert_eq!(loss.look(0, 0), None);
        assert_eq!(loss.look(0, LEAST - 1), None);
        assert!(loss.look(0, LEAST).is_some());
    }
}
