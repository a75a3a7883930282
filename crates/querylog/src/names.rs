//! The names a slot stands for, shared by every row and counter that carries them.

use std::hash::{BuildHasher, Hash, Hasher};
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use model::slots::{Slot, Slots, Target};

/// A slot's names.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Names {
    pub(crate) zone: Option<Arc<str>>,
    pub(crate) service: Option<Arc<str>>,
    pub(crate) pool: Option<Arc<str>>,
    pub(crate) member: Option<IpAddr>,
}

impl Names {
    pub(crate) fn new(
        zone: Option<Arc<str>>,
        service: Option<Arc<str>>,
        pool: Option<Arc<str>>,
        member: Option<IpAddr>,
    ) -> Names {
        Names { zone, service, pool, member }
    }
}

/// A slot's names as every count is kept by them. What they are hashed by lies beside the pointer, since a large site has
/// as many as it has members, each somewhere else in memory.
#[derive(Clone, Debug)]
pub(crate) struct SharedNames {
    hash: u64,
    names: Arc<Names>,
}

impl SharedNames {
    pub(crate) fn new(names: Names) -> SharedNames {
        let hash = foldhash::fast::FixedState::default().hash_one(&names);
        SharedNames { hash, names: Arc::new(names) }
    }
}

impl Deref for SharedNames {
    type Target = Names;

    fn deref(&self) -> &Names {
        &self.names
    }
}

impl PartialEq for SharedNames {
    fn eq(&self, other: &SharedNames) -> bool {
        // Those of one numbering are the same pointer.
        self.hash == other.hash && (Arc::ptr_eq(&self.names, &other.names) || self.names == other.names)
    }
}

impl Eq for SharedNames {}

impl Hash for SharedNames {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// The names of every slot of a numbering, each written when it is first asked for: a large configuration has far more
/// than are answered from.
#[derive(Clone)]
pub(crate) struct NameTable {
    slots: Arc<Slots>,
    names: Arc<[OnceLock<SharedNames>]>,
}

impl NameTable {
    pub(crate) fn new(slots: Arc<Slots>) -> Self {
        let names = (0..slots.len().max(1)).map(|_| OnceLock::new()).collect();
        NameTable { slots, names }
    }

    /// Whether this is the table of exactly these slots.
    pub(crate) fn is_of(&self, slots: &Arc<Slots>) -> bool {
        Arc::ptr_eq(&self.slots, slots)
    }

    /// The names of a slot; those of queries outside every zone for a slot that does not exist.
    pub(crate) fn get(&self, slot: Slot) -> &SharedNames {
        let place = self.names.get(slot.0 as usize).unwrap_or(&self.names[0]);
        place.get_or_init(|| SharedNames::new(self.write(slot)))
    }

    /// Members have the texts of their service, and services that of their zone.
    fn write(&self, slot: Slot) -> Names {
        let target = self.slots.target(slot);
        let zone = target.zone().map(|name| match self.slots.zone(name) {
            Some(own) if own != slot => self.get(own).zone.clone().unwrap_or_default(),
            _ => name.to_string().into(),
        });
        let service = target.service().map(|name| match self.slots.service(name) {
            Some(own) if own != slot => self.get(own).service.clone().unwrap_or_default(),
            _ => name.to_string().into(),
        });
        Names::new(zone, service, target.pool().map(|pool| pool.shared()), target.member())
    }

    /// What a slot stands for.
    pub(crate) fn target(&self, slot: Slot) -> &Target {
        self.slots.target(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_share_the_texts_of_their_service_and_zone_whichever_is_asked_for_first() {
        let config = serde_json::json!({
            "zones": [{"name": "example.org"}],
            "services": [{"name": "a.example.org", "pools": [{"name": "p", "members": [
                {"address": "192.0.2.1"}, {"address": "192.0.2.2"}]}]}],
        });
        let slots = Arc::new(Slots::new(&serde_json::from_value(config).unwrap()));
        let table = NameTable::new(slots);
        let [zone, service, first, second] = [1, 2, 3, 4].map(Slot);
        assert_eq!(
            **table.get(second),
            Names::new(
                Some("example.org".into()),
                Some("a.example.org".into()),
                Some("p".into()),
                Some([192, 0, 2, 2].into()),
            )
        );
        for slot in [zone, service, first] {
            assert!(Arc::ptr_eq(
                table.get(slot).zone.as_ref().unwrap(),
                table.get(second).zone.as_ref().unwrap()
            ));
        }
        for slot in [service, first] {
            let (own, others) = (&table.get(slot).service, &table.get(second).service);
            assert!(Arc::ptr_eq(own.as_ref().unwrap(), others.as_ref().unwrap()));
        }
        assert_eq!((&table.get(zone).service, &table.get(service).pool), (&None, &None));
        let again = SharedNames::new(table.write(second));
        assert_eq!(table.get(second), &again, "of another numbering");
        assert_ne!(table.get(first), &again);
        let outside = Names::new(None, None, None, None);
        assert_eq!((&**table.get(Slot::OUTSIDE), &**table.get(Slot(9))), (&outside, &outside));
    }
}
