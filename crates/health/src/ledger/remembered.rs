//! What a checker knows that its successor after a restart has to know: a member that was down stays out of the
//! answers until it is seen up, one that waits for an operator goes on waiting, and a climb goes on where it was.

use std::collections::HashMap;
use std::sync::Arc;

use model::Label;
use model::health::{Health, HealthTable, MemberKey, Standing};
use serde::{Deserialize, Serialize};

use super::Ledger;
use super::standing::MemberEntry;

/// One member that is not simply up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The member.
    pub key: MemberKey,
    /// The monitors that said down.
    pub down: Vec<Label>,
    /// When its measured health last changed, microseconds since 1970 UTC.
    pub since: i64,
    /// It went down, and nobody resumed it since.
    #[serde(default)]
    pub waits: bool,
    /// When its climb back to its weight began, microseconds since 1970 UTC.
    #[serde(default)]
    pub climbing: Option<i64>,
}

impl Remembered {
    /// What its monitor of this name said.
    pub(super) fn said(&self, monitor: &Label) -> Health {
        if self.down.contains(monitor) { Health::Down } else { Health::Unknown }
    }

    fn standing(&self) -> Standing {
        let measured = if self.down.is_empty() { Health::Unknown } else { Health::Down };
        Standing { held: self.waits && measured != Health::Down, ..Standing::measured(measured) }
    }

    /// Brings a member that has just been entered to where it was.
    pub(super) fn restore(&self, entry: &mut MemberEntry, now: i64) {
        entry.since = self.since;
        entry.waits = self.waits && entry.manual_resume;
        entry.climbing = self.climbing.filter(|_| entry.ramp.is_some());
        // A monitor that is gone, or does not check this member any more, says nothing.
        let checked = !entry.targets.is_empty();
        let standing = Self { waits: entry.waits, ..self.clone() }.standing();
        let ramp = entry.step(now).map(|(step, _)| step);
        entry.standing = Standing { ramp, ..if checked { standing } else { Standing::default() } };
    }
}

/// The table to answer from until a checker has begun.
pub fn first_table(epoch: u64, remembered: &[Remembered]) -> HealthTable {
    let members = remembered.iter().map(|one| (one.key.clone(), one.standing())).collect();
    HealthTable { epoch, members }
}

impl Ledger {
    /// A ledger whose first configuration meets what was remembered; its table is [`first_table`].
    pub(crate) fn remembering(epoch: u64, remembered: Vec<Remembered>) -> Ledger {
        let table = Arc::new(first_table(epoch, &remembered));
        let remembered: HashMap<MemberKey, Remembered> =
            remembered.into_iter().map(|one| (one.key.clone(), one)).collect();
        Ledger { remembered, table, ..Ledger::new(epoch) }
    }

    /// The members that are down, wait or climb, by their keys.
    pub(crate) fn remembered(&self) -> Vec<Remembered> {
        let down = |entry: &MemberEntry| {
            let watched = entry.targets.iter().filter_map(|id| self.targets.get(id));
            let down = watched.filter(|watched| watched.tracker.health() == Health::Down);
            down.map(|watched| watched.target.monitor.name.clone()).collect::<Vec<_>>()
        };
        let mut all: Vec<Remembered> = self
            .members
            .iter()
            .map(|(key, entry)| Remembered {
                key: key.clone(),
                down: down(entry),
                since: entry.since,
                waits: entry.waits,
                climbing: entry.climbing,
            })
            .filter(|one| !one.down.is_empty() || one.waits || one.climbing.is_some())
            .collect();
        all.sort_by(|a, b| a.key.cmp(&b.key));
        all
    }
}
