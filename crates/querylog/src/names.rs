//! The names a slot stands for, shared by every row and counter that carries them.

use std::net::IpAddr;
use std::sync::Arc;

use model::slots::{Slot, Slots, Target};

/// A slot's names.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Names {
    pub(crate) zone: Option<Arc<str>>,
    pub(crate) service: Option<Arc<str>>,
    pub(crate) pool: Option<Arc<str>>,
    pub(crate) member: Option<IpAddr>,
}

/// The names of every slot of a numbering.
#[derive(Clone)]
pub(crate) struct NameTable {
    slots: Arc<Slots>,
    names: Arc<[Arc<Names>]>,
}

impl NameTable {
    pub(crate) fn new(slots: Arc<Slots>) -> Self {
        // Members follow their service, so one look back shares the names of zone and service.
        let mut last: Option<Arc<Names>> = None;
        let mut names: Vec<Arc<Names>> = slots
            .iter()
            .map(|(_, target)| {
                let text = |name: Option<String>, before: Option<&Arc<str>>| -> Option<Arc<str>> {
                    let name = name?;
                    Some(before.filter(|b| ***b == *name).cloned().unwrap_or_else(|| name.into()))
                };
                let before = last.as_deref();
                let names = Arc::new(Names {
                    zone: text(target.zone().map(ToString::to_string), before.and_then(|b| b.zone.as_ref())),
                    service: text(
                        target.service().map(ToString::to_string),
                        before.and_then(|b| b.service.as_ref()),
                    ),
                    pool: target.pool().map(|pool| pool.shared()),
                    member: target.member(),
                });
                last = Some(names.clone());
                names
            })
            .collect();
        if names.is_empty() {
            names.push(Arc::new(Names { zone: None, service: None, pool: None, member: None }));
        }
        NameTable { slots, names: names.into() }
    }

    /// Whether this is the table of exactly these slots.
    pub(crate) fn is_of(&self, slots: &Arc<Slots>) -> bool {
        Arc::ptr_eq(&self.slots, slots)
    }

    /// The names of a slot; those of queries outside every zone for a slot that does not exist.
    pub(crate) fn get(&self, slot: Slot) -> &Arc<Names> {
        self.names.get(slot.0 as usize).unwrap_or(&self.names[0])
    }

    /// What a slot stands for.
    pub(crate) fn target(&self, slot: Slot) -> &Target {
        self.slots.target(slot)
    }
}
