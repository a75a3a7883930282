//! Every member's verdict, shared between one table and the next but for what changed.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

use super::{MemberKey, Standing};
use crate::name::DnsName;
use crate::value::Label;

/// Parts a table is copied in: at 10,000 services a change copies forty of them.
const PARTS: usize = 256;

/// The verdicts on all members. Copies share what neither changed, so that a new table costs what is new in it and the
/// difference of two is found without looking at what they share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdicts {
    parts: Vec<Arc<Part>>,
}

type Part = HashMap<DnsName, Arc<ServiceHealth>>;

/// The verdicts on the members of one service, by pool and address. Members without one are unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceHealth {
    pools: HashMap<Label, HashMap<IpAddr, Standing>>,
}

impl ServiceHealth {
    /// The standing of a member.
    pub fn of(&self, pool: &Label, address: IpAddr) -> Standing {
        self.pools.get(pool).and_then(|members| members.get(&address)).copied().unwrap_or_default()
    }

    fn set(&mut self, pool: Label, address: IpAddr, standing: Standing) {
        // What is unknown is not kept: equal tables are equal values.
        if standing != Standing::default() {
            self.pools.entry(pool).or_default().insert(address, standing);
        } else if let Some(members) = self.pools.get_mut(&pool) {
            members.remove(&address);
            if members.is_empty() {
                self.pools.remove(&pool);
            }
        }
    }
}

impl Verdicts {
    /// Those on the members of a service; none when no member has one.
    pub fn service(&self, name: &DnsName) -> Option<&ServiceHealth> {
        self.parts[part_of(name)].get(name).map(|service| &**service)
    }

    /// Sets the verdict on a member.
    pub fn insert(&mut self, key: MemberKey, standing: impl Into<Standing>) {
        let MemberKey { service: name, pool, address } = key;
        let part = Arc::make_mut(&mut self.parts[part_of(&name)]);
        let service = part.entry(name.clone()).or_default();
        Arc::make_mut(service).set(pool, address, standing.into());
        if service.pools.is_empty() {
            part.remove(&name);
        }
    }

    /// The services with a member whose verdict is not the same in `before`, in no order.
    pub fn changed_since(&self, before: &Verdicts) -> Vec<DnsName> {
        let mut changed = Vec::new();
        let parts = self.parts.iter().zip(&before.parts);
        for (present, before) in parts.filter(|(present, before)| !Arc::ptr_eq(present, before)) {
            let differs = |(name, service): &(&DnsName, &Arc<ServiceHealth>)| {
                before.get(*name).is_none_or(|before| !Arc::ptr_eq(before, service) && before != *service)
            };
            changed.extend(present.iter().filter(differs).map(|(name, _)| name.clone()));
            changed.extend(before.keys().filter(|name| !present.contains_key(*name)).cloned());
        }
        changed
    }
}

impl Default for Verdicts {
    /// No verdict on anybody.
    fn default() -> Self {
        Verdicts { parts: vec![Arc::default(); PARTS] }
    }
}

impl<S: Into<Standing>> FromIterator<(MemberKey, S)> for Verdicts {
    fn from_iter<T: IntoIterator<Item = (MemberKey, S)>>(verdicts: T) -> Self {
        let mut all = Verdicts::default();
        verdicts.into_iter().for_each(|(key, standing)| all.insert(key, standing));
        all
    }
}

/// The same for a name in every table.
fn part_of(name: &DnsName) -> usize {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish() as usize % PARTS
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap};

    use proptest::prelude::*;

    use super::super::Health;
    use super::*;

    fn key(service: u8, pool: u8, member: u8) -> MemberKey {
        MemberKey {
            service: format!("s{service}.test").parse().unwrap(),
            pool: format!("p{pool}").parse().unwrap(),
            address: [192, 0, 2, member].into(),
        }
    }

    fn change() -> impl Strategy<Value = (MemberKey, Health)> {
        let health = prop::sample::select(vec![Health::Up, Health::Down, Health::Unknown]);
        (0..20u8, 0..2u8, 0..3u8, health).prop_map(|(s, p, m, health)| (key(s, p, m), health))
    }

    #[test]
    fn a_change_leaves_the_other_parts_shared_and_the_older_table_as_it_was() {
        let before: Verdicts = (0..200).map(|service| (key(service, 0, 1), Health::Up)).collect();
        let mut after = before.clone();
        after.insert(key(7, 0, 1), Health::Down);
        let shared = before.parts.iter().zip(&after.parts).filter(|(a, b)| Arc::ptr_eq(a, b)).count();
        assert_eq!(shared, PARTS - 1);
        assert_eq!(after.changed_since(&before), [key(7, 0, 1).service]);
        let of = |table: &Verdicts| {
            table.service(&key(7, 0, 1).service).unwrap().of(&key(7, 0, 1).pool, key(7, 0, 1).address)
        };
        assert_eq!((of(&before).health(), of(&after).health()), (Health::Up, Health::Down));
    }

    proptest! {
        #[test]
        fn the_difference_is_what_a_comparison_of_all_members_finds(
            first in prop::collection::vec(change(), 0..60),
            second in prop::collection::vec(change(), 0..60),
            anew in any::<bool>(),
        ) {
            let before: Verdicts = first.iter().cloned().collect();
            let mut after = before.clone();
            second.iter().cloned().for_each(|(key, health)| after.insert(key, health));
            let mut model: HashMap<MemberKey, Health> = HashMap::new();
            let mut replay = |changes: &[(MemberKey, Health)]| {
                changes.iter().cloned().for_each(|(key, health)| {
                    model.insert(key, health);
                });
                model.retain(|_, health| *health != Health::Unknown);
                model.clone()
            };
            let (first, second) = (replay(&first), replay(&second));
            // A table made from nothing shares no part with any other, and differs from it no more for that.
            let after = if anew { second.clone().into_iter().collect() } else { after };
            for (key, health) in &second {
                prop_assert_eq!(after.service(&key.service).unwrap().of(&key.pool, key.address).health(), *health);
            }
            let expected: BTreeSet<DnsName> = first
                .keys()
                .chain(second.keys())
                .filter(|key| first.get(key) != second.get(key))
                .map(|key| key.service.clone())
                .collect();
            prop_assert_eq!(after.changed_since(&before).into_iter().collect::<BTreeSet<_>>(), expected);
            prop_assert_eq!(after == before, first == second);
        }
    }
}
