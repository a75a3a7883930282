//! A pool as one plan sees it: its candidates, and the rotations over those that are served.

use model::config::{Algorithm, Pool};
use model::value::Label;

use crate::algorithm::geo::{self, Point};
use crate::algorithm::topology::Rules;
use crate::candidate::Candidate;
use crate::client::Client;
use crate::rotation::{Chooser, Rotation};

/// A pool with its members of one plan.
#[derive(Clone, Debug)]
pub struct PoolPlan {
    /// Its name.
    pub name: Label,
    /// Its priority, 0 to 100.
    pub priority: u8,
    /// Chosen at all.
    pub enabled: bool,
    /// How it chooses.
    pub algorithm: Algorithm,
    /// Its members, in the order of the configuration.
    pub candidates: Vec<Candidate>,
    /// Pools whose members were joined to its own, to spread over enough of them.
    pub joined: Vec<usize>,
    /// The eligible members; all enabled ones when none is eligible; none without enabled members. Clients whose place
    /// is not known are answered from it.
    pub rotation: Option<Rotation>,
    parts: Parts,
}

/// Rotations over some of a pool's members, for the clients they are meant for.
#[derive(Clone, Debug)]
enum Parts {
    /// All clients are alike.
    None,
    /// Members at one point of the globe.
    Geo(Vec<(Point, Rotation)>),
    /// Members at one location or site, and the one that each topology rule leads to.
    Topology { parts: Vec<(Label, Rotation)>, by_rule: Vec<Option<usize>> },
}

/// A rotation that a client is answered from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a> {
    pub rotation: &'a Rotation,
    /// Bits of the client's address it depends on.
    pub scope: u8,
    /// The location whose network gives the client its coordinates.
    pub own_place: Option<&'a Label>,
    /// The location or site that a rule leads to.
    pub at: Option<&'a Label>,
    /// Whether it is the client's place that chose it.
    pub by_place: bool,
}

impl PoolPlan {
    /// Of a pool whose candidates know whether they are eligible; `joined` are pools whose members join its own, with
    /// their candidates.
    pub(crate) fn new(
        pool: &Pool,
        candidates: Vec<Candidate>,
        joined: &[(usize, &[Candidate])],
        rules: Option<&Rules>,
        previous: Option<&PoolPlan>,
    ) -> PoolPlan {
        let chooser = Chooser {
            algorithm: match pool.algorithm {
                Algorithm::Geo | Algorithm::Topology => pool.fallback.algorithm(),
                algorithm => algorithm,
            },
            mask: pool.mask,
        };
        let mut served: Vec<&Candidate> = candidates.iter().filter(|c| c.eligible).collect();
        served.extend(joined.iter().flat_map(|(_, others)| others.iter().filter(|c| c.eligible)));
        if served.is_empty() {
            served = candidates.iter().filter(|c| c.is_enabled() && c.draining.is_none()).collect();
        }
        if served.is_empty() {
            served = candidates.iter().filter(|c| c.is_enabled()).collect();
        }
        let kept = previous.and_then(|p| p.rotation.as_ref());
        let rotation = (!served.is_empty()).then(|| Rotation::new(chooser, served.clone(), Vec::new(), kept));
        let parts = match (pool.algorithm, rules) {
            (Algorithm::Geo, _) => by_point(chooser, &served, previous),
            (Algorithm::Topology, Some(rules)) => by_name(chooser, &served, rules, previous),
            _ => Parts::None,
        };
        let joined = joined.iter().map(|(index, _)| *index).collect();
        PoolPlan {
            name: pool.name.clone(),
            priority: pool.priority.get(),
            enabled: pool.enabled,
            algorithm: pool.algorithm,
            candidates,
            joined,
            rotation,
            parts,
        }
    }

    /// Whether it may be chosen when its members allow it.
    pub fn is_choosable(&self) -> bool {
        self.enabled && self.priority > 0
    }

    /// Whether a member is eligible.
    pub fn has_eligible(&self) -> bool {
        self.candidates.iter().any(|candidate| candidate.eligible)
    }

    /// Whether who is answered depends on who asks.
    pub fn chooses_by_client(&self) -> bool {
        let hashes = |rotation: &Rotation| rotation.chooser.algorithm == Algorithm::ConsistentHash;
        self.chooses_by_place() || self.rotation.as_ref().is_some_and(hashes)
    }

    /// Whether a client's place, or a rule, chooses among its members.
    pub fn chooses_by_place(&self) -> bool {
        !matches!(self.parts, Parts::None)
    }

    /// What a client is answered from, `rule` being the one that matches it.
    pub(crate) fn part<'a>(&'a self, client: &Client<'a>, rule: Option<usize>) -> Option<Part<'a>> {
        let rotation = self.rotation.as_ref()?;
        let mut whole = Part { rotation, scope: 0, own_place: None, at: None, by_place: false };
        Some(match &self.parts {
            Parts::None => whole,
            Parts::Geo(_) if !client.is_known() => whole,
            Parts::Geo(parts) => {
                let (coordinates, own_place, scope) = client.atlas.coordinates(client);
                (whole.own_place, whole.scope) = (own_place, scope);
                let points = parts.iter().map(|(point, _)| *point);
                let nearest = coordinates.and_then(|degrees| geo::nearest(points, Point::new(degrees)));
                match nearest.and_then(|index| parts.get(index)) {
                    Some((_, rotation)) => Part { rotation, by_place: true, ..whole },
                    None => whole,
                }
            }
            Parts::Topology { parts, by_rule } => {
                let part = rule.and_then(|rule| parts.get((*by_rule.get(rule)?)?));
                match part {
                    Some((at, rotation)) => Part { rotation, at: Some(at), by_place: true, ..whole },
                    None => whole,
                }
            }
        })
    }

    /// Where eligible members are, for choosing among pools.
    pub(crate) fn points(&self) -> impl Iterator<Item = Point> {
        self.candidates.iter().filter(|c| c.eligible).filter_map(|c| c.point)
    }

    /// Every rotation, the whole first.
    fn rotations(&self) -> Vec<&Rotation> {
        let mut all: Vec<&Rotation> = self.rotation.iter().collect();
        match &self.parts {
            Parts::None => {}
            Parts::Geo(parts) => all.extend(parts.iter().map(|(_, rotation)| rotation)),
            Parts::Topology { parts, .. } => all.extend(parts.iter().map(|(_, rotation)| rotation)),
        }
        all
    }
}

/// A rotation for each point at which members are, followed in longer answers by the others, the nearest to it first.
fn by_point(chooser: Chooser, served: &[&Candidate], previous: Option<&PoolPlan>) -> Parts {
    let mut points: Vec<Point> = Vec::new();
    for point in served.iter().filter_map(|c| c.point) {
        if !points.contains(&point) {
            points.push(point);
        }
    }
    let part = |point: Point| {
        let (here, mut others): (Vec<_>, Vec<_>) =
            served.iter().copied().partition(|c| c.point == Some(point));
        let nearness = |c: &Candidate| c.point.map_or(f64::NEG_INFINITY, |other| other.nearness(point));
        others.sort_by(|a, b| nearness(b).total_cmp(&nearness(a)));
        (point, Rotation::new(chooser, here, others, kept(previous)))
    };
    Parts::Geo(points.into_iter().map(part).collect())
}

/// A rotation for each location and site that a rule names and a member is at, followed by the pool's other members.
fn by_name(chooser: Chooser, served: &[&Candidate], rules: &Rules, previous: Option<&PoolPlan>) -> Parts {
    let is_at = |candidate: &Candidate, name: &Label| {
        candidate.location.as_ref() == Some(name) || candidate.site.as_ref() == Some(name)
    };
    let mut parts: Vec<(Label, Rotation)> = Vec::new();
    let mut by_rule = Vec::with_capacity(rules.targets().len());
    for targets in rules.targets() {
        let name = targets.places.iter().find(|name| served.iter().any(|candidate| is_at(candidate, name)));
        let part = name.map(|name| match parts.iter().position(|(known, _)| known == name) {
            Some(index) => index,
            None => {
                let (here, others) = served.iter().copied().partition(|candidate| is_at(candidate, name));
                parts.push((name.clone(), Rotation::new(chooser, here, others, kept(previous))));
                parts.len() - 1
            }
        });
        by_rule.push(part);
    }
    Parts::Topology { parts, by_rule }
}

fn kept(previous: Option<&PoolPlan>) -> Vec<&Rotation> {
    previous.map(PoolPlan::rotations).unwrap_or_default()
}
