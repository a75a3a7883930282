//! The numbering of everything an answer can be counted to: one small integer for each member, service and zone.
//!
//! The responder counts and logs by number and never copies a name of the configuration; whoever reads the numbers
//! holds the [`Slots`] of the same view.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::config::Config;
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
    zones: HashMap<DnsName, Slot>,
    services: HashMap<DnsName, Slot>,
}

impl Slots {
    /// Numbers everything in `config`. Members of one service follow its own slot in the order of pools and members.
    pub fn new(config: &Config) -> Slots {
        let mut slots = Slots { targets: vec![Target::Outside], ..Slots::default() };
        for zone in &config.zones {
            let slot = slots.push(Target::Zone { zone: zone.name.clone() });
            slots.zones.insert(zone.name.clone(), slot);
        }
        for service in &config.services {
            let Some(zone) = config.zone_of(&service.name).map(|z| z.name.clone()) else { continue };
            let slot = slots.push(Target::Service { zone: zone.clone(), service: service.name.clone() });
            slots.services.insert(service.name.clone(), slot);
            for pool in &service.pools {
                for member in &pool.members {
                    slots.push(Target::Member {
                        zone: zone.clone(),
                        service: service.name.clone(),
                        pool: pool.name.clone(),
                        address: member.address,
                    });
                }
            }
        }
        slots
    }

    fn push(&mut self, target: Target) -> Slot {
        self.targets.push(target);
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
