//! A pool as one address family sees it: its candidates, and the rotation over those that are served.

use std::net::IpAddr;
use std::sync::Arc;

use model::config::{Algorithm, Pool};
use model::health::Health;
use model::slots::Slot;
use model::value::Label;

use crate::cursor::Cursor;
use crate::schedule::Schedule;

/// A member of the family, served or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its address.
    pub address: IpAddr,
    /// Where its answers are counted.
    pub slot: Slot,
    /// Its weight, 0 to 1000.
    pub weight: u16,
    /// Answered at all.
    pub enabled: bool,
    /// What its checks say.
    pub health: Health,
    /// The site it is counted to.
    pub site: Option<Label>,
}

impl Candidate {
    /// Whether answers may name it while its pool is in force.
    pub fn is_eligible(&self) -> bool {
        self.enabled && self.health.is_eligible()
    }
}

/// A member that takes turns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Served {
    /// Its address.
    pub address: IpAddr,
    /// Where its answers are counted.
    pub slot: Slot,
    /// Its weight, 0 to 1000.
    pub weight: u16,
    /// Has turns of its own: its weight is positive, or every weight is 0.
    pub scheduled: bool,
}

/// Members in their order, the schedule of their turns and the place reached in it.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// How a turn becomes a member.
    pub algorithm: Algorithm,
    /// The members served, in the order of the configuration.
    pub members: Box<[Served]>,
    /// Whose turn it is when.
    pub schedule: Arc<Schedule>,
    /// The place reached, shared with every other view that serves the same members by the same weights.
    pub cursor: Arc<Cursor>,
}

impl Rotation {
    fn new(algorithm: Algorithm, candidates: Vec<&Candidate>, previous: Option<&Rotation>) -> Rotation {
        let weights: Vec<u16> = candidates.iter().map(|c| c.weight).collect();
        let all_zero = weights.iter().all(|w| *w == 0);
        let serve = |c: &&Candidate| Served {
            address: c.address,
            slot: c.slot,
            weight: c.weight,
            scheduled: all_zero || c.weight > 0,
        };
        let members: Box<[Served]> = candidates.iter().map(serve).collect();
        if let Some(kept) = previous.filter(|p| p.algorithm == algorithm && p.serves_the_same(&members)) {
            return Rotation {
                algorithm,
                members,
                schedule: kept.schedule.clone(),
                cursor: kept.cursor.clone(),
            };
        }
        let schedule = Arc::new(Schedule::new(&weights));
        let cursor = Arc::new(Cursor::new(schedule.period()));
        Rotation { algorithm, members, schedule, cursor }
    }

    /// Slots may differ: they are numbered anew with every configuration.
    fn serves_the_same(&self, members: &[Served]) -> bool {
        self.members.iter().map(|m| (m.address, m.weight)).eq(members.iter().map(|m| (m.address, m.weight)))
    }

    /// How many members have turns.
    pub fn scheduled(&self) -> usize {
        self.members.iter().filter(|m| m.scheduled).count()
    }
}

/// A pool with its members of one family.
#[derive(Clone, Debug)]
pub struct PoolPlan {
    /// Its name.
    pub name: Label,
    /// Its priority, 0 to 100.
    pub priority: u8,
    /// Chosen at all.
    pub enabled: bool,
    /// Its members of the family, in the order of the configuration.
    pub candidates: Vec<Candidate>,
    /// The eligible members; all enabled ones when none is eligible; none without enabled members.
    pub rotation: Option<Rotation>,
}

impl PoolPlan {
    pub(crate) fn new(pool: &Pool, candidates: Vec<Candidate>, previous: Option<&PoolPlan>) -> PoolPlan {
        let pick =
            |wanted: fn(&Candidate) -> bool| candidates.iter().filter(|c| wanted(c)).collect::<Vec<_>>();
        let mut served = pick(Candidate::is_eligible);
        if served.is_empty() {
            served = pick(|c| c.enabled);
        }
        let kept = previous.and_then(|p| p.rotation.as_ref());
        let rotation = (!served.is_empty()).then(|| Rotation::new(pool.algorithm, served, kept));
        PoolPlan {
            name: pool.name.clone(),
            priority: pool.priority.get(),
            enabled: pool.enabled,
            candidates,
            rotation,
        }
    }

    /// Whether it may be chosen when its members allow it.
    pub fn is_choosable(&self) -> bool {
        self.enabled && self.priority > 0
    }

    /// Whether a member of the family is eligible.
    pub fn has_eligible(&self) -> bool {
        self.candidates.iter().any(Candidate::is_eligible)
    }
}
