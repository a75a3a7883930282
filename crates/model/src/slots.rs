//! The numbering of everything an answer can be counted to: one small integer for each member, service and zone.
//!
//! The responder counts and logs by number and never copies a name of the configuration; whoever reads the numbers
//! holds the [`Slots`] of the same view.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::config::{Config, ZoneIndex};
use crate::name::DnsName;
use crate::value::Label;

/// Index into [`Slots`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(pub u32);

impl Slot {
    /// Queries outside every zone.
    pub const OUTSIDE: Slot = Slot(0);
}

/// What a slot stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A name in no zone of this site.
    Outside,
    /// A zone's static data and its names that do not exist.
    Zone {
        /// Apex.
        zone: DnsName,
    },
    /// A service's answers that name no member: NODATA, fallback, silence.
    Service {
        /// The zone it is in.
        zone: DnsName,
        /// The service.
        service: DnsName,
    },
    /// A member that was the first address of the answer.
    Member {
        /// The zone it is in.
        zone: DnsName,
        /// The service.
        service: DnsName,
        /// The pool.
        pool: Label,
        /// The member's address.
        address: IpAddr,
    },
}

impl Target {
    /// The zone, if any.
    pub fn zone(&self) -> Option<&DnsName> {
        match self {
            Target::Outside => None,
            Target::Zone { zone } | Target::Service { zone, .. } | Target::Member { zone, .. } => Some(zone),
        }
    }

    /// The service, if any.
    pub fn service(&self) -> Option<&DnsName> {
        match self {
            Target::Service { service, .. } | Target::Member { service, .. } => Some(service),
            _ => None,
        }
    }

    /// The pool, if a member was answered.
    pub fn pool(&self) -> Option<&Label> {
        match self {
            Target::Member { pool, .. } => Some(pool),
            _ => None,
        }
    }

    /// The member, if one was answered.
    pub fn member(&self) -> Option<IpAddr> {
        match self {
            Target::Member { address, .. } => Some(*address),
            _ => None,
        }
    }
}

/// All slots of one configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slots {
    targets: Vec<Target>,
    /// The zone of each slot by its own slot, so that a count by zone needs no name; zones come first.
    zone_of: Vec<Slot>,
    zones: HashMap<DnsName, Slot>,
    services: HashMap<DnsName, Slot>,
}

impl Slots {
    /// Numbers everything in `config`: zones first, in its order. Members of one service follow its own slot in the order
    /// of pools and members.
    pub fn new(config: &Config) -> Slots {
        let members = config.services.iter().flat_map(|s| &s.pools).map(|p| p.members.len()).sum::<usize>();
        let count = 1 + config.zones.len() + config.services.len() + members;
        let mut slots = Slots {
            targets: Vec::with_capacity(count),
            zone_of: Vec::with_capacity(count),
            zones: HashMap::with_capacity(config.zones.len()),
            services: HashMap::with_capacity(config.services.len()),
        };
        slots.push(Target::Outside, Slot::OUTSIDE);
        for zone in &config.zones {
            let own = Slot(slots.targets.len() as u32);
            slots.push(Target::Zone { zone: zone.name.clone() }, own);
            slots.zones.insert(zone.name.clone(), own);
        }
        let zones = ZoneIndex::new(config);
        for service in &config.services {
            let Some(zone) = zones.of(&service.name) else { continue };
            let (name, zone) = (&service.name, (&config.zones[zone].name, Slot(zone as u32 + 1)));
            let slot = slots.push(Target::Service { zone: zone.0.clone(), service: name.clone() }, zone.1);
            slots.services.insert(name.clone(), slot);
            for pool in &service.pools {
                for member in &pool.members {
                    let (service, pool) = (name.clone(), pool.name.clone());
                    // A name without an address yet is never answered; its slot keeps the others in their places.
                    let target = match member.address {
                        Some(address) => Target::Member { zone: zone.0.clone(), service, pool, address },
                        None => Target::Service { zone: zone.0.clone(), service },
                    };
                    slots.push(target, zone.1);
                }
            }
        }
        slots
    }

    fn push(&mut self, target: Target, zone: Slot) -> Slot {
        self.targets.push(target);
        self.zone_of.push(zone);
        Slot(self.targets.len() as u32 - 1)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Never: queries outside every zone always have one.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// What a slot stands for.
    pub fn target(&self, slot: Slot) -> &Target {
        self.targets.get(slot.0 as usize).unwrap_or(&Target::Outside)
    }

    /// The place, in the order of the configuration, of the zone a slot belongs to; none outside every zone.
    pub fn zone_index(&self, slot: Slot) -> Option<usize> {
        // Outside is slot 0, and the zones follow it.
        (self.zone_of.get(slot.0 as usize)?.0 as usize).checked_sub(1)
    }

    /// The slot of a zone.
    pub fn zone(&self, name: &DnsName) -> Option<Slot> {
        self.zones.get(name).copied()
    }

    /// The slot of a service; its members' slots follow, in the order of pools and members.
    pub fn service(&self, name: &DnsName) -> Option<Slot> {
        self.services.get(name).copied()
    }

    /// All slots with what they stand for.
    pub fn iter(&self) -> impl Iterator<Item = (Slot, &Target)> {
        self.targets.iter().enumerate().map(|(i, target)| (Slot(i as u32), target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_knows_its_zone_by_place_as_by_name() {
        let config: Config = serde_json::from_value(serde_json::json!({
            "zones": [{"name": "example.org"}, {"name": "sub.example.org"}],
            "services": [
                {"name": "a.example.org", "pools": [{"name": "p", "members": [{"address": "192.0.2.1"}]}]},
                {"name": "b.sub.example.org", "pools": [
                    {"name": "p", "members": [{"address": "192.0.2.1"}, {"address": "192.0.2.2"}]}]},
                {"name": "outside.test", "pools": []},
            ],
        }))
        .unwrap();
        let slots = Slots::new(&config);
        assert_eq!(slots.len(), 1 + 2 + 2 + 3);
        for (slot, target) in slots.iter() {
            let by_place = slots.zone_index(slot).map(|place| &config.zones[place].name);
            assert_eq!(by_place, target.zone(), "{target:?}");
        }
        assert_eq!(slots.zone_index(Slot(99)), None);
        let service = slots.service(&config.services[1].name).unwrap();
        assert_eq!(slots.target(Slot(service.0 + 2)).member(), Some([192, 0, 2, 2].into()));
        assert_eq!(slots.service(&config.services[2].name), None);
    }
}
