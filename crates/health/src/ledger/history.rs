use std::collections::VecDeque;

use model::Label;
use model::health::{FailureCode, MemberKey};
use serde::{Deserialize, Serialize};

use super::Ledger;

/// Checks of a target that are remembered.
pub const KEPT: usize = 120;

/// One check, as far as it is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckPoint {
    /// When it ended, microseconds since 1970 UTC.
    pub at: i64,
    /// How long it took, microseconds.
    pub took_us: u64,
    /// Why it failed; none when it passed.
    pub failure: Option<FailureCode>,
}

/// The last checks of a target.
#[derive(Debug, Default)]
pub(super) struct Strip(VecDeque<CheckPoint>);

impl Strip {
    pub(super) fn push(&mut self, point: CheckPoint) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(point);
    }
}

impl Ledger {
    /// The last checks of a member by each of its monitors, the oldest first.
    pub(crate) fn strips(&self, key: &MemberKey) -> Vec<(Label, Vec<CheckPoint>)> {
        let targets = self.members.get(key).map(|entry| entry.targets.as_slice()).unwrap_or_default();
        let watched = targets.iter().filter_map(|id| self.targets.get(id));
        watched.map(|w| (w.target.monitor.name.clone(), w.strip.0.iter().copied().collect())).collect()
    }
}
