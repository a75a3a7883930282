//! A member as one plan sees it: what is configured at each level above it, and what is known of it.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use model::DnsName;
use model::check::MAX_PERIOD;
use model::config::{Location, Member, Pool, Site};
use model::health::Standing;
use model::shares;
use model::slots::Slot;
use model::value::Label;

use crate::algorithm::geo::Point;

/// Where something that holds for a member is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The member itself.
    Member,
    /// Its pool.
    Pool,
    /// The site of its location.
    Site,
    /// Its location.
    Location,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Member => "member",
            Level::Pool => "pool",
            Level::Site => "site",
            Level::Location => "location",
        })
    }
}

/// Where a member lives.
#[derive(Clone, Copy, Debug, Default)]
pub struct Home<'a> {
    /// Its location.
    pub location: Option<&'a Location>,
    /// The location's site.
    pub site: Option<&'a Site>,
}

/// A member of a plan, served or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The address that is checked, and answered to clients of private addresses.
    pub address: IpAddr,
    /// What other clients are answered.
    pub public_address: Option<IpAddr>,
    /// The name that stands for it, if it has one.
    pub name: Option<Arc<DnsName>>,
    /// Whether the name is what is answered.
    pub is_alias: bool,
    /// Where its answers are counted.
    pub slot: Slot,
    /// Its weight, 0 to 1000.
    pub weight: u16,
    /// Where that weight comes from.
    pub weight_from: Level,
    /// Place in a preference order.
    pub preference: u8,
    /// Where it is disabled, if it is.
    pub disabled: Option<Level>,
    /// Where it is drained, if it is.
    pub draining: Option<Level>,
    /// What is known and was decided of it.
    pub standing: Standing,
    /// Its location.
    pub location: Option<Label>,
    /// The site it is counted to.
    pub site: Option<Label>,
    /// Where its location is on the globe.
    pub point: Option<Point>,
    /// Whether answers may name it while its pool is in force.
    pub eligible: bool,
}

impl Candidate {
    /// A member at an address, before anything is known of the others.
    pub fn new(
        (pool, member): (&Pool, &Member),
        address: IpAddr,
        home: Home<'_>,
        standing: Standing,
        slot: Slot,
    ) -> Candidate {
        let (location, site) = (home.location, home.site);
        let first =
            |levels: [(Level, bool); 4]| levels.into_iter().find(|(_, holds)| *holds).map(|(level, _)| level);
        let (weight, weight_from) = [
            (location.and_then(|l| l.weight), Level::Location),
            (site.and_then(|s| s.weight), Level::Site),
            (pool.weight, Level::Pool),
        ]
        .into_iter()
        .find_map(|(weight, level)| Some((weight?, level)))
        .unwrap_or((member.weight, Level::Member));
        Candidate {
            address,
            public_address: member.public_address,
            name: member.fqdn.clone().map(Arc::new),
            is_alias: member.is_alias(),
            slot,
            weight: weight.get(),
            weight_from,
            preference: member.preference.get(),
            disabled: first([
                (Level::Member, !member.enabled),
                (Level::Location, location.is_some_and(|l| !l.enabled)),
                (Level::Site, site.is_some_and(|s| !s.enabled)),
                (Level::Pool, !pool.enabled),
            ]),
            draining: first([
                (Level::Member, member.draining),
                (Level::Location, location.is_some_and(|l| l.draining)),
                (Level::Site, site.is_some_and(|s| s.draining)),
                (Level::Pool, pool.draining),
            ]),
            standing,
            location: member.location.clone(),
            site: location.and_then(|l| l.site.clone()),
            point: location.and_then(Location::coordinates).map(Point::new),
            eligible: false,
        }
    }

    /// Whether it is answered at all.
    pub fn is_enabled(&self) -> bool {
        self.disabled.is_none()
    }

    /// Whether it may be answered: enabled, and not down.
    pub fn is_up(&self) -> bool {
        self.is_enabled() && self.standing.health().is_eligible()
    }
}

/// The weights that turns are given by. A member on a step of a climb has that part of its weight, in whole numbers: all
/// weights are multiplied until it is one, and none that was positive becomes 0.
pub fn turn_weights(served: &[&Candidate]) -> Vec<u16> {
    let parts = |candidate: &Candidate| {
        candidate
            .standing
            .ramp
            .filter(|ramp| ramp.of > 0 && ramp.step < ramp.of)
            .map(|ramp| (ramp.step, ramp.of))
    };
    let scale = served.iter().filter_map(|c| parts(c)).fold(1, |scale: u64, (_, of)| {
        let (scale, of) = (scale, u64::from(of));
        scale / shares::divisor(&[scale, of]).max(1) * of
    });
    if scale == 1 && within_bound(&served.iter().map(|c| u64::from(c.weight)).collect::<Vec<_>>()) {
        return served.iter().map(|c| c.weight).collect();
    }
    let scaled = |candidate: &&Candidate| {
        let whole = u64::from(candidate.weight) * scale;
        let weight = parts(candidate).map_or(whole, |(step, of)| whole * u64::from(step) / u64::from(of));
        weight.max(u64::from(candidate.weight > 0))
    };
    let mut weights: Vec<u64> = served.iter().map(scaled).collect();
    let divisor = shares::divisor(&weights).max(1);
    weights.iter_mut().for_each(|weight| *weight /= divisor);
    // Halving keeps shares to within a part in so many thousand, and a schedule within its bound.
    while !within_bound(&weights) {
        weights.iter_mut().for_each(|weight| *weight = weight.div_ceil(2));
    }
    weights.into_iter().map(|weight| weight as u16).collect()
}

fn within_bound(weights: &[u64]) -> bool {
    weights.iter().all(|weight| *weight <= u64::from(u16::MAX)) && shares::period(weights) <= MAX_PERIOD
}
